package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway/gatewayopenai"
)

// Bounds of a connection. There is no bound on the time of an answer: a processor may think for minutes.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
)

// SocketName is the Unix socket's name in the run files of the data directory.
const SocketName = "solidaire.sock"

// Socket is where the process that holds a data directory listens for the commands of the same machine.
func (d DataDir) Socket() string { return filepath.Join(d.RunFiles(), SocketName) }

// Address is the host:port of the process that serves the directory; "" when none does, unless one was killed.
func (d DataDir) Address() string {
	said, err := os.ReadFile(d.addressFile())
	if err != nil || len(said) > maxAddress {
		return ""
	}
	return strings.TrimSpace(string(said))
}

// maxAddress bounds what is taken for an address.
const maxAddress = 300

// servers are the two doors.
type servers struct {
	tcp, unix       *http.Server
	listenTCP       net.Listener
	listenUnix      net.Listener
	cancelRequests  context.CancelCauseFunc
	requestsContext context.Context
	answers         func(ctx context.Context) (left int) // refuses new ones, and waits for those under way
	grace           time.Duration                        // how long
	callers         callers
	log             *slog.Logger
}

func (a *App) newServers() *servers {
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &servers{requestsContext: ctx, cancelRequests: cancel, answers: a.gateway.Drain, grace: a.config.Limits.DrainWait, log: a.log}
	s.tcp = a.newServer(a.handler, ctx)
	s.unix = a.newServer(a.local(a.handler), ctx)
	for _, server := range []*http.Server{s.tcp, s.unix} {
		server.ConnState = s.callers.note
		server.RegisterOnShutdown(s.callers.closeSilent)
	}
	return s
}

func (a *App) newServer(handler http.Handler, ctx context.Context) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
}

// local lets requests of the Unix socket act as the person of this machine, as long as they have not left.
func (a *App) local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if actor, err := a.members.PersonActor(r.Context(), a.person.Person); err == nil {
			r = r.WithContext(gatewayopenai.WithLocalActor(r.Context(), actor))
		}
		next.ServeHTTP(w, r)
	})
}

func (s *servers) listen(addr string, dir DataDir) (err error) {
	if addr != "" {
		if s.listenTCP, err = net.Listen("tcp", addr); err != nil {
			return listenError(err, addr)
		}
		// For a link made later, by a command that was not told the address. Without it the configured one is used.
		_ = os.WriteFile(dir.addressFile(), []byte(s.listenTCP.Addr().String()+"\n"), 0o600)
	}
	path := dir.Socket()
	os.Remove(path) // of a process that was killed: the lock says that none holds the directory now
	if s.listenUnix, err = net.Listen("unix", path); err != nil {
		if s.listenTCP != nil {
			s.listenTCP.Close()
		}
		return core.Wrap(err, core.Unavailable, "errors.socket_unusable", core.Args{"Path": path})
	}
	return os.Chmod(path, 0o600)
}

func listenError(err error, addr string) error {
	key := "errors.address_unusable"
	if errors.Is(err, syscall.EADDRINUSE) {
		key = "errors.address_taken"
	}
	return core.Wrap(err, core.Conflict, key, core.Args{"Addr": addr})
}

// serve answers until ctx ends, then drains.
func (s *servers) serve(ctx context.Context) error {
	failed := make(chan error, 2)
	var running sync.WaitGroup
	start := func(server *http.Server, listener net.Listener) {
		if listener == nil {
			return
		}
		running.Go(func() {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		})
	}
	start(s.tcp, s.listenTCP)
	start(s.unix, s.listenUnix)
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.drain()
	running.Wait()
	return err
}
