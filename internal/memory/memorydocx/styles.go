package memorydocx

import (
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/memory/memoryzipxml"
)

// style is what a paragraph style says of structure.
type style struct {
	heading int // level from 1, 0 none
	based   string
	numID   string
	level   int
}

// styles reads the paragraph styles by their ids.
func (a *archive) styles(ctx context.Context) (map[string]style, error) {
	out := map[string]style{}
	id := ""
	err := a.walk(ctx, a.beside("styles.xml"), func(_ *memoryzipxml.Walker, e xml.StartElement) error {
		s := out[id]
		switch e.Name.Local {
		case "style":
			id = attr(e, "styleId")
			s = style{}
		case "name":
			s.heading = max(s.heading, headingByName(attr(e, "val")))
		case "basedOn":
			s.based = attr(e, "val")
		case "outlineLvl":
			if n, err := strconv.Atoi(attr(e, "val")); err == nil && n >= 0 && n < 9 {
				s.heading = n + 1
			}
		case "numId":
			s.numID = attr(e, "val")
		case "ilvl":
			s.level, _ = strconv.Atoi(attr(e, "val"))
		default:
			return nil
		}
		if id != "" {
			out[id] = s
		}
		return nil
	})
	return out, err
}

func headingByName(name string) int {
	name = strings.ToLower(name)
	switch name {
	case "title", "titre":
		return 1
	case "subtitle", "sous-titre":
		return 0
	}
	for _, prefix := range []string{"heading ", "titre ", "heading", "titre"} {
		if n, err := strconv.Atoi(strings.TrimPrefix(name, prefix)); err == nil && n > 0 && n < 10 && strings.HasPrefix(name, prefix) {
			return n
		}
	}
	return 0
}

// resolve follows a style to those it is based on, at most ten steps.
func resolve(styles map[string]style, id string) style {
	out := styles[id]
	for at, steps := out.based, 0; at != "" && steps < 10; at, steps = styles[at].based, steps+1 {
		s := styles[at]
		if out.heading == 0 {
			out.heading = s.heading
		}
		if out.numID == "" {
			out.numID, out.level = s.numID, s.level
		}
	}
	return out
}

// level is one level of a numbered list.
type level struct {
	format, text string
	start        int
}

// numbers counts the lists of a document.
type numbers struct {
	abstract map[string]map[int]level // abstract list → level
	lists    map[string]string        // numId → abstract list
	counts   map[string][]int
}

const maxListLevel = 9

func (a *archive) numbering(ctx context.Context) (*numbers, error) {
	n := &numbers{abstract: map[string]map[int]level{}, lists: map[string]string{}, counts: map[string][]int{}}
	abstract, list, at := "", "", 0
	err := a.walk(ctx, a.beside("numbering.xml"), func(_ *memoryzipxml.Walker, e xml.StartElement) error {
		val := attr(e, "val")
		l := n.abstract[abstract][at]
		switch e.Name.Local {
		case "abstractNum":
			abstract = attr(e, "abstractNumId")
			n.abstract[abstract] = map[int]level{}
			return nil
		case "num":
			list, abstract = attr(e, "numId"), ""
			return nil
		case "abstractNumId":
			n.lists[list] = val
			return nil
		case "lvl":
			at, _ = strconv.Atoi(attr(e, "ilvl"))
			l = level{start: 1}
		case "numFmt":
			l.format = val
		case "lvlText":
			l.text = val
		case "start":
			l.start, _ = strconv.Atoi(val)
		default:
			return nil
		}
		if abstract != "" && at >= 0 && at < maxListLevel {
			n.abstract[abstract][at] = l
		}
		return nil
	})
	return n, err
}

// marker counts one item and gives what Word prints before it; "-" for a bullet, "" for no list.
func (n *numbers) marker(id string, at int) string {
	levels := n.abstract[n.lists[id]]
	if levels == nil || at < 0 || at >= maxListLevel {
		return ""
	}
	l := levels[at]
	if l.format == "bullet" {
		return "-"
	}
	if l.format == "none" || l.text == "" {
		return ""
	}
	counts := n.counts[n.lists[id]]
	for len(counts) <= at {
		counts = append(counts, levels[len(counts)].start-1)
	}
	counts = counts[:at+1]
	counts[at]++
	n.counts[n.lists[id]] = counts
	text := l.text
	for i, c := range counts {
		text = strings.ReplaceAll(text, fmt.Sprintf("%%%d", i+1), memoryzipxml.Numeral(levels[i].format, c))
	}
	return strings.TrimSpace(text)
}
