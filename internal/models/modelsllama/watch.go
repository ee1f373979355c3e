package modelsllama

import (
	"os"
	"os/exec"
)

// watchScript runs the engine beside a reader of file descriptor 3, a pipe that closes when we die,
// however we die; then the engine is killed.
const watchScript = `trap : TERM
"$@" 3<&- & engine=$!
(cat <&3 >/dev/null; kill -KILL $engine) 2>/dev/null & reader=$!
exec 3<&-
while kill -0 $engine 2>/dev/null; do wait $engine; code=$?; done
kill $reader 2>/dev/null
exit $code`

// watched ties a child to us by a shell that watches a pipe, on systems without a signal for a
// parent's death. release is called when the child has ended.
func watched(cmd *exec.Cmd) (release func()) {
	read, write, err := os.Pipe()
	if err != nil {
		return func() {} // the next start ends what was left, by its pid file
	}
	cmd.Args = append([]string{"/bin/sh", "-c", watchScript, "sh", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	cmd.ExtraFiles = []*os.File{read}
	return func() { read.Close(); write.Close() }
}
