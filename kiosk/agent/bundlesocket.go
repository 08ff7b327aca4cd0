package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"doorstep/sync/bundle"
	"doorstep/sync/civic"
	"doorstep/sync/uplink"
)

// bundleSocket is the agent's door for bundles: HTTP over a socket that only the terminal's own user can open. It is
// not the one for staff's questions, since a file takes longer than those may wait.
func bundleSocket(dir string) string { return filepath.Join(dir, "stick.sock") }

// errand is what the door is asked and what it answers, a JSON object each: few things, and no second format.
type errand struct {
	All      bool             `json:"all,omitempty"`
	Place    uplink.Place     `json:"place"`
	Limit    int              `json:"limit,omitempty"`
	File     []byte           `json:"file,omitempty"`
	Spent    bool             `json:"spent,omitempty"`
	Outgoing *uplink.Outgoing `json:"outgoing,omitempty"`
	Delivery *uplink.Delivery `json:"delivery,omitempty"`
	Refusal  *refusal         `json:"refusal,omitempty"`
}

// refusal carries a civic.Error through the door.
type refusal struct {
	Code  civic.Code `json:"code"`
	Field string     `json:"field"`
	Key   string     `json:"key"`
	Text  string     `json:"text"` // for logs
}

// maxErrand is more than a file takes as JSON, with a place of many papers beside it.
const maxErrand = 2*bundle.MaxPart + 4<<20

// errands answers at the door until ctx ends. A folder whose path is too long for a socket leaves the terminal without
// it, and is no reason not to serve residents.
func (a *Agent) errands(ctx context.Context) error {
	c, err := a.newCourier()
	if err != nil {
		return err
	}
	path := bundleSocket(a.opts.Dir)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.opts.Logger.Warn("old socket not removed", "error", err)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		a.opts.Logger.Warn("no socket for bundles", "error", err)
		return nil
	}
	srv := &http.Server{
		Handler: doorOf(c), BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: asking, ErrorLog: nil,
	}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		a.opts.Logger.Warn("bundles not taken any more", "error", err)
	}
	return nil
}

// doorOf answers errands by a courier.
func doorOf(c carrier) http.Handler {
	mux := http.NewServeMux()
	on := func(path string, do func(context.Context, *errand) error) {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			var e errand
			err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxErrand)).Decode(&e)
			if err != nil {
				http.Error(w, "not an errand", http.StatusBadRequest)
				return
			}
			if err := do(r.Context(), &e); err != nil {
				e = errand{Refusal: refusalOf(err)}
			}
			_ = json.NewEncoder(w).Encode(e) // whoever asked is gone
		})
	}
	on("/start", func(ctx context.Context, e *errand) (err error) {
		e.Place, err = c.Start(ctx, e.All)
		return err
	})
	on("/write", func(ctx context.Context, e *errand) (err error) {
		e.Outgoing, err = c.Write(ctx, e.Place, e.Limit)
		return err
	})
	on("/review", func(ctx context.Context, e *errand) (err error) {
		e.Place, e.Spent, err = c.Review(ctx, e.Place, e.File)
		e.File = nil
		return err
	})
	on("/take", func(ctx context.Context, e *errand) (err error) {
		e.Delivery, err = c.Take(ctx, e.File)
		e.File = nil
		return err
	})
	return mux
}

func refusalOf(err error) *refusal {
	var e *civic.Error
	if errors.As(err, &e) {
		return &refusal{e.Code, e.Field, e.Key, err.Error()}
	}
	return &refusal{Text: err.Error()}
}

// remote is the courier of the agent that runs.
type remote struct{ client *http.Client }

// openCarrier returns the courier of the agent that runs in opts.Dir or, where none does, one on the files themselves,
// and what closes it.
func openCarrier(ctx context.Context, opts Options) (carrier, func() error, error) {
	if err := opts.validate(); err != nil {
		return nil, nil, err
	}
	path := bundleSocket(opts.Dir)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		d := net.Dialer{Timeout: asking}
		return d.DialContext(ctx, "unix", path)
	}
	conn, err := dial(ctx, "", "")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return openFiles(ctx, opts)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("ask the agent: %w", err)
	}
	if err := conn.Close(); err != nil {
		return nil, nil, fmt.Errorf("ask the agent: %w", err)
	}
	transport := &http.Transport{DialContext: dial, ResponseHeaderTimeout: 5 * time.Minute}
	return remote{&http.Client{Transport: transport}}, func() error { transport.CloseIdleConnections(); return nil }, nil
}

func (r remote) ask(ctx context.Context, path string, e errand) (*errand, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("ask the agent: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://agent"+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask the agent: %w", err)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the agent: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask the agent: %s", resp.Status)
	}
	var answer errand
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxErrand)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("read the agent's answer: %w", err)
	}
	switch no := answer.Refusal; {
	case no == nil:
		return &answer, nil
	case no.Code == "":
		return nil, fmt.Errorf("the agent: %s", no.Text)
	default:
		return nil, &civic.Error{Code: no.Code, Field: no.Field, Key: no.Key, Err: errors.New(no.Text)}
	}
}

// Start asks the agent where to begin.
func (r remote) Start(ctx context.Context, all bool) (uplink.Place, error) {
	e, err := r.ask(ctx, "/start", errand{All: all})
	if err != nil {
		return uplink.Place{}, err
	}
	return e.Place, nil
}

// Write asks the agent for the next file.
func (r remote) Write(ctx context.Context, from uplink.Place, limit int) (*uplink.Outgoing, error) {
	e, err := r.ask(ctx, "/write", errand{Place: from, Limit: limit})
	if err != nil {
		return nil, err
	}
	if e.Outgoing == nil {
		return nil, errors.New("the agent answers nothing")
	}
	return e.Outgoing, nil
}

// Review shows the agent a file that is there.
func (r remote) Review(ctx context.Context, at uplink.Place, file []byte) (uplink.Place, bool, error) {
	e, err := r.ask(ctx, "/review", errand{Place: at, File: file})
	if err != nil {
		return at, false, err
	}
	return e.Place, e.Spent, nil
}

// Take gives the agent a file.
func (r remote) Take(ctx context.Context, file []byte) (*uplink.Delivery, error) {
	e, err := r.ask(ctx, "/take", errand{File: file})
	if err != nil {
		return nil, err
	}
	if e.Delivery == nil {
		return nil, errors.New("the agent answers nothing")
	}
	return e.Delivery, nil
}
