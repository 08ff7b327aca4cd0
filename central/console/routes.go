package console

import (
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/filesystem"
	"github.com/gofiber/fiber/v2/middleware/recover"

	"doorstep/assets"
	"doorstep/central/notices"
	"doorstep/sync/civic"
)

// routes lists every page action and the roles that open it. What a GET shows can be loaded again without harm; what
// changes something is a POST that redirects.
func (k *Console) routes() {
	app := k.app
	app.Use(recover.New())
	app.Use(assets.Prefix, func(c *fiber.Ctx) error {
		c.Set("Cache-Control", "public, max-age=31536000, immutable")
		return c.Next()
	}, filesystem.New(filesystem.Config{Root: http.FS(k.opts.Files.FS())}))
	app.Use(k.headers)
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	app.Use(fromHere)
	app.Get("/sign-in", k.signIn)
	app.Post("/sign-in", k.enter)
	app.Use(k.gate)
	app.Use(k.freshGate)

	app.Get("/", k.first)
	app.Post("/settings", k.language)
	app.Post("/sign-out", k.signOut)
	app.Get("/password", k.passwordForm)
	app.Post("/password", k.replacePassword)

	cases := open(civic.RoleClerk, civic.RoleSupervisor)
	app.Get("/cases", cases, k.cases)
	app.Get("/cases/:code", cases, k.oneCase)
	app.Get("/cases/:code/papers/:digest", open(civic.RoleClerk), k.paper)
	app.Get("/cases/:code/letter", open(civic.RoleClerk), k.letter)
	app.Get("/cases/:code/copy", open(civic.RoleClerk), k.copyPage)
	app.Get("/cases/:code/copy.zip", open(civic.RoleClerk), k.copyFile)
	app.Get("/cases/:code/documents/:version", open(civic.RoleClerk), k.document)
	app.Post("/cases/:code/task/:do", open(civic.RoleClerk), k.task)
	app.Post("/cases/:code/:act/preview", open(civic.RoleClerk), k.preview)
	app.Post("/cases/:code/:act", open(civic.RoleClerk), k.act)

	app.Get("/board", cases, k.board)
	app.Get("/board/cases", cases, k.boardCases)

	supervisor := open(civic.RoleSupervisor)
	app.Get("/retention", supervisor, k.retention)
	app.Post("/retention/holds", supervisor, k.setHold)
	app.Post("/retention/holds/:code/lift", supervisor, k.liftHold)

	operator := open(civic.RoleOperator)
	app.Get("/aside", operator, k.asides)
	app.Post("/aside/again", operator, k.releaseAll)
	app.Post("/aside/:entry/:act", operator, k.asideAct)
	app.Get("/terminals", operator, k.terminals)
	app.Get("/terminals/recovery", operator, k.recovery)
	app.Get("/terminals/enrol", operator, k.enrolment)
	app.Post("/terminals/enrol", operator, k.enrol)
	app.Get("/terminals/:number", operator, k.oneTerminal)
	app.Post("/terminals/:number/revoke", operator, k.revoke)
	app.Post("/terminals/:number/order", operator, k.order)

	app.Get("/notices/:id/shown", open(civic.RolePublisher, civic.RoleNetwork, civic.RoleSecrecy, civic.RoleSupervisor), k.shown)
	hands := open(notices.Hands[:]...)
	publisher := open(civic.RolePublisher)
	app.Get("/notices", hands, k.notices)
	app.Get("/notices/new", publisher, k.newNotice)
	app.Get("/notices/:id", hands, k.oneNotice)
	app.Post("/notices/:id", publisher, k.saveNotice)
	app.Get("/notices/:id/edit", publisher, k.editNotice)
	app.Get("/notices/:id/files/:digest", hands, k.noticeFile)
	app.Post("/notices/:id/:act", hands, k.handNotice)
	// A refused step is shown under its own address: loaded again, or in another language, it is the notice.
	app.Get("/notices/:id/:act", hands, func(c *fiber.Ctx) error { return seeOther(c, "/notices/"+c.Params("id")) })
	k.guideRoutes()
	admin := open(civic.RoleAdmin)
	app.Get("/people", admin, k.people)
	app.Post("/people/sign-out", admin, k.expelAll)
	app.Get("/people/add", admin, k.hireForm)
	app.Post("/people/add", admin, k.hire)
	app.Get("/people/:login", admin, k.person)
	app.Post("/people/:login", admin, k.changePerson)
	app.Post("/people/:login/:deed", admin, k.personDeed)
	app.Get("/offices/:kind", admin, k.offices)
	app.Get("/offices/:kind/add", admin, k.office)
	app.Post("/offices/:kind/add", admin, k.saveOffice)
	app.Get("/offices/:kind/:key", admin, k.office)
	app.Post("/offices/:kind/:key", admin, k.saveOffice)

	app.Get("/audit", open(civic.RoleAuditor), k.audit)
	app.Post("/audit/verify", open(civic.RoleAuditor), k.verify)
}

// guideRoutes lists the pages of those who publish guides.
func (k *Console) guideRoutes() {
	app, publisher := k.app, open(civic.RolePublisher)
	app.Get("/guides", publisher, k.guides)
	app.Get("/guides/new", publisher, k.guideNew)
	app.Post("/guides/new", publisher, k.beginGuide)
	app.Get("/guides/export.xlsx", publisher, k.guideExport)
	app.Get("/guides/import", publisher, k.guideImport)
	app.Post("/guides/import", publisher, k.bringWorkbook)
	app.Post("/guides/import/publish", publisher, k.carryWorkbook)
	app.Post("/guides/import/forget", publisher, k.forgetWorkbook)
	app.Get("/guides/:id", publisher, k.guide)
	app.Get("/guides/:id/edit", publisher, k.guideEdit)
	app.Post("/guides/:id/edit", publisher, k.saveGuide)
	app.Get("/guides/:id/compare", publisher, k.guideCompare)
	app.Get("/guides/:id/preview", publisher, k.guidePreview)
	app.Get("/guides/:id/terminal", publisher, k.guideTerminal)
	app.Get("/guides/:id/publish", publisher, k.guidePublish)
	app.Post("/guides/:id/publish", publisher, k.releaseGuide)
	app.Post("/guides/:id/drop", publisher, k.dropGuide)
	app.Post("/guides/:id/withdraw", publisher, k.withdrawGuide)
}
