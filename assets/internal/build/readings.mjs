// Reads words, one a line, and writes their readings: syllables without tones, v for ü, joined by '.
import { readFileSync, writeFileSync } from 'node:fs'
import { pinyin } from 'pinyin-pro'

const words = readFileSync(0, 'utf8').trim().split('\n')
const read = (word) => pinyin(word, { toneType: 'none', type: 'array', v: true }).join("'")
writeFileSync(1, words.map(read).join('\n') + '\n')
