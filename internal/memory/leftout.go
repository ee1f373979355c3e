package memory

import (
	"path"
	"strings"
)

// LeftOut reports whether a file of a source is no document: hidden, temporary, or of a kind that holds
// no text, such as a film. It is not tried, so that a source full of photographs is not full of failures.
// What somebody adds by hand is always tried.
func LeftOut(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") || strings.HasPrefix(part, "~$") || part == "__MACOSX" {
			return true
		}
	}
	base := strings.ToLower(path.Base(name))
	if strings.HasSuffix(base, "~") || base == "thumbs.db" || base == "desktop.ini" {
		return true
	}
	return strings.Contains(notDocuments, path.Ext(base)+" ") && path.Ext(base) != ""
}

// notDocuments are extensions, each with a space after it.
const notDocuments = ".jpg .jpeg .png .gif .bmp .tif .tiff .webp .heic .svg .ico .psd .raw .cr2 .nef .dng " +
	".mp3 .m4a .wav .ogg .flac .aac .opus .mp4 .m4v .mov .avi .mkv .webm .wmv .mpg .mpeg .3gp " +
	".zip .tar .gz .tgz .bz2 .xz .7z .rar .iso .dmg .exe .msi .dll .so .dylib .bin .apk .deb .rpm .jar .class .pyc .o .a " +
	".db .sqlite .mdb .accdb .lock .log .tmp .temp .bak .swp .part .crdownload .download " +
	".ttf .otf .woff .woff2 .eot .css .js .map .wasm .ics .vcf .torrent .lnk .url "
