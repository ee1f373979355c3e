package memoryodf

// list gives the innermost open list.
func (d *document) list() *list {
	if len(d.lists) == 0 {
		return nil
	}
	return d.lists[len(d.lists)-1]
}

// openList opens a list; inside another one it is a level of that one's style unless it states its own.
func (d *document) openList(style string, goesOn bool) {
	outer := d.list()
	if style == "" && outer != nil {
		style = outer.style
	}
	if d.counters == nil {
		d.counters = map[string]*counter{}
	}
	if c := d.counters[style]; c == nil || outer == nil && !goesOn {
		d.counters[style] = &counter{levels: d.styles.lists[style]}
	}
	d.lists = append(d.lists, &list{style: style})
}

// openItem counts an item; a header of a list has no marker.
func (d *document) openItem(counted bool) {
	l := d.list()
	if l == nil {
		return
	}
	l.marker = ""
	if counted {
		l.marker = d.counters[l.style].next(len(d.lists)-1, true)
	}
}

// listStyleOf follows a paragraph style to the list that it or its parents belong to, at most ten steps.
func (d *document) listStyleOf(style string) string {
	for range 10 {
		if style == "" || d.styles.listOf[style] != "" {
			break
		}
		style = d.styles.parent[style]
	}
	return d.styles.listOf[style]
}
