package app

import (
	"github.com/solidaire-coop/solidaire/internal/memory"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryfiles"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryfolder"
	"github.com/solidaire-coop/solidaire/internal/memory/memorygit"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryimap"
	"github.com/solidaire-coop/solidaire/internal/memory/memorys3"
	"github.com/solidaire-coop/solidaire/internal/memory/memorysql"
	"github.com/solidaire-coop/solidaire/internal/memory/memoryweb"
	"github.com/solidaire-coop/solidaire/internal/memory/memorywebdav"
)

// maxInbox bounds the files that wait to be read, and those that could not be.
const maxInbox = 16 << 30

// openIntake puts before the memory the door that loses nothing, and the sources that documents come from.
func (a *App) openIntake(service *memory.Service) error {
	inbox, err := memoryfiles.OpenInbox(a.dir.Inbox(), maxInbox, a.clock)
	if err != nil {
		return err
	}
	store := memorysql.New(a.db)
	a.memory = memory.NewIntake(service, store, inbox, a.log)
	a.sources = memory.NewSources(a.memory, store, memoryfiles.NewSecrets(a.dir.Secrets()), a.connectors(), a.clock, a.log)
	a.quality = memory.NewQuality(a.memory, store, a.version, a.clock, a.log)
	runSources := a.sources.RunAsked
	if a.listen { // a single command keeps no schedule
		runSources = a.sources.Run
	}
	a.services = append(a.services, a.memory.Run, runSources, a.quality.Run)
	return nil
}

// connectors are the kinds of sources, in the order to show them.
func (a *App) connectors() []memory.Connector {
	folder := memoryfolder.New(string(a.dir))
	return []memory.Connector{
		folder, memorywebdav.Connector{}, memorys3.Connector{}, memoryimap.New(nil), memoryweb.Connector{},
		memorygit.New(a.dir.Sources(), folder.Allowed),
	}
}
