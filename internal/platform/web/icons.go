package web

import (
	"fmt"
	"html/template"
)

// icons are drawn on a grid of 24 units, with a line of 1.75.
func icons() map[string]string {
	return map[string]string{
		"questions":  `<path d="M21 15a2 2 0 0 1-2 2H7l-4 4V5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2z"/>`,
		"memory":     `<path d="M4 19.5V5a2 2 0 0 1 2-2h13v18H6a2 2 0 0 1-2-1.5zM8 7h7"/>`,
		"assembly":   `<path d="M4 11h16v9H4zM8 11V6l4-3 4 3v5M9 15h6"/>`,
		"charter":    `<path d="M6 2h9l4 4v16H6zM9 12h7M9 16h7"/>`,
		"receipts":   `<path d="M5 3h14v18l-3-2-2 2-2-2-2 2-2-2-3 2zM9 8h6M9 12h6"/>`,
		"energy":     `<path d="M13 2 4 14h7l-1 8 9-12h-7z"/>`,
		"models":     `<path d="M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5"/>`,
		"operations": `<path d="M4.5 18.5a9 9 0 1 1 15 0M12 14l4-5M12 14h.01"/>`,
		"more":       `<path fill="currentColor" d="M4 12a1 1 0 0 0 2 0 1 1 0 0 0-2 0zM11 12a1 1 0 0 0 2 0 1 1 0 0 0-2 0zM18 12a1 1 0 0 0 2 0 1 1 0 0 0-2 0z"/>`,
		"language":   `<path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/>`,
		"leave":      `<path d="M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9"/>`,
		"check":      `<path d="M5 12.5l4.5 4.5L19 7"/>`,
		"model":      `<path d="M4 20l4-1L19 8l-3-3L5 16zM14 7l3 3"/>`,
		"search":     `<path d="M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5"/>`,
		"refused":    `<path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12"/>`,
		"attention":  `<path d="M12 4l9 16H3zM12 10v4M12 17h.01"/>`,
		"info":       `<path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8h.01"/>`,
		"stop":       `<path d="M7 7h10v10H7z"/>`,
		"edit":       `<path d="M4 20l4-1L19 8l-3-3L5 16z"/>`,
		"delete":     `<path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5"/>`,
		"add":        `<path d="M12 5v14M5 12h14"/>`,
		"document":   `<path d="M6 2h9l4 4v16H6zM15 2v4h4"/>`,
		"chat":       `<path d="M4 5h11v8H8l-4 3zM18 9h2v11l-4-3h-6v-1"/>`,
		"back":       `<path d="M14 6l-6 6 6 6"/>`,
		"next":       `<path d="M10 6l6 6-6 6"/>`,
		"download":   `<path d="M12 4v11M7 11l5 5 5-5M5 20h14"/>`,
		"clock":      `<path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2"/>`,
		"again":      `<path d="M20 12a8 8 0 1 1-2.5-5.8M20 3v4.5h-4.5"/>`,
		"members":    `<path d="M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2.5 20c0-3.5 3.2-5 6.5-5s6.5 1.5 6.5 5M16 5.5a3.2 3.2 0 0 1 0 6.3M18 15.4c2.2.6 3.5 2 3.5 4.6"/>`,
		"person":     `<path d="M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-4 4-6 8-6s8 2 8 6"/>`,
	}
}

// icon draws beside words, which say the same: it is hidden from screen readers.
func icon(name string) (template.HTML, error) {
	paths, ok := icons()[name]
	if !ok {
		return "", fmt.Errorf("web: no icon is named %q", name)
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">` + paths + `</svg>`), nil //nolint:gosec // our own
}
