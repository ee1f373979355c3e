package gatewaysql

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/solidaire-coop/solidaire/internal/core"
	"github.com/solidaire-coop/solidaire/internal/gateway"
	"github.com/solidaire-coop/solidaire/internal/platform/sqldb"
)

// Bounds of what is kept.
const (
	maxTitle = 200 // characters
	maxList  = 500
	maxTurns = 1000 // per conversation
)

// Conversations implements gateway.Conversations.
type Conversations struct {
	db *sqldb.DB
}

// New makes the store.
func New(db *sqldb.DB) *Conversations { return &Conversations{db: db} }

// Start implements gateway.Conversations.
func (c *Conversations) Start(ctx context.Context, actor core.Actor, kind gateway.ConversationKind, title string) (gateway.Conversation, error) {
	title, err := checkTitle(title)
	if err != nil {
		return gateway.Conversation{}, err
	}
	conversation := gateway.Conversation{Organisation: actor.Organisation, Person: actor.Person, Kind: kind, Title: title}
	err = c.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		conversation.ID, conversation.Created, conversation.Updated = core.NewID(tx.Now), tx.Now, tx.Now
		_, err := tx.ExecContext(ctx, `INSERT INTO conversations (id, organisation, person, kind, title, created, updated)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, conversation.ID, actor.Organisation, actor.Person, kind, title,
			sqldb.Millis(tx.Now), sqldb.Millis(tx.Now))
		return err
	})
	return conversation, err
}

const columns = "id, organisation, person, kind, title, created, updated"

// List implements gateway.Conversations, newest first.
func (c *Conversations) List(ctx context.Context, actor core.Actor, limit int) ([]gateway.Conversation, error) {
	if limit <= 0 || limit > maxList {
		limit = maxList
	}
	rows, err := c.db.Reader().QueryContext(ctx, "SELECT "+columns+` FROM conversations
		WHERE organisation = $1 AND person = $2 ORDER BY updated DESC, id DESC LIMIT $3`, actor.Organisation, actor.Person, limit)
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	defer rows.Close()
	var list []gateway.Conversation
	for rows.Next() {
		conversation, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, conversation)
	}
	return list, rows.Err()
}

// Turns implements gateway.Conversations, oldest turn first.
func (c *Conversations) Turns(ctx context.Context, actor core.Actor, id core.ID) (gateway.Conversation, []gateway.Turn, error) {
	row := c.db.Reader().QueryRowContext(ctx, "SELECT "+columns+" FROM conversations WHERE id = $1 AND organisation = $2 AND person = $3",
		id, actor.Organisation, actor.Person)
	conversation, err := scan(row)
	if err != nil {
		return gateway.Conversation{}, nil, err
	}
	rows, err := c.db.Reader().QueryContext(ctx, `SELECT id, asked, content FROM conversation_turns
		WHERE conversation = $1 ORDER BY asked, id LIMIT $2`, id, maxTurns)
	if err != nil {
		return gateway.Conversation{}, nil, fmt.Errorf("read turns: %w", err)
	}
	defer rows.Close()
	var turns []gateway.Turn
	for rows.Next() {
		turn, err := scanTurn(rows)
		if err != nil {
			return gateway.Conversation{}, nil, err
		}
		turns = append(turns, turn)
	}
	return conversation, turns, rows.Err()
}

// Add implements gateway.Conversations. A turn added again under its id replaces the first: an answer that a model
// wrote afterwards joins the question that it belongs to.
func (c *Conversations) Add(ctx context.Context, actor core.Actor, id core.ID, turn gateway.Turn) error {
	content, err := encodeTurn(turn)
	if err != nil {
		return err
	}
	return c.own(ctx, actor, id, func(tx *sqldb.Tx) error {
		var count int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM conversation_turns WHERE conversation = $1", id).Scan(&count); err != nil {
			return err
		}
		if count >= maxTurns {
			return core.E(core.TooLarge, "errors.conversation_full", core.Args{"Max": maxTurns})
		}
		if turn.Asked.IsZero() {
			turn.Asked = tx.Now
		}
		if turn.ID == "" {
			turn.ID = core.NewID(tx.Now)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO conversation_turns (id, conversation, asked, content) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET content = excluded.content WHERE conversation_turns.conversation = excluded.conversation`,
			turn.ID, id, sqldb.Millis(turn.Asked), content); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE conversations SET updated = $1 WHERE id = $2", sqldb.Millis(tx.Now), id)
		return err
	})
}

// Rename implements gateway.Conversations.
func (c *Conversations) Rename(ctx context.Context, actor core.Actor, id core.ID, title string) error {
	title, err := checkTitle(title)
	if err != nil {
		return err
	}
	return c.own(ctx, actor, id, func(tx *sqldb.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE conversations SET title = $1 WHERE id = $2", title, id)
		return err
	})
}

// Delete implements gateway.Conversations.
func (c *Conversations) Delete(ctx context.Context, actor core.Actor, id core.ID) error {
	if err := c.own(ctx, actor, id, func(tx *sqldb.Tx) error { return remove(ctx, tx, id) }); err != nil {
		return err
	}
	return c.db.Checkpoint(ctx)
}

// Purge erases the conversations of every person that were last used before the given time, and says how many.
func (c *Conversations) Purge(ctx context.Context, before time.Time) (int, error) {
	count := 0
	err := c.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM conversation_turns WHERE conversation IN
			(SELECT id FROM conversations WHERE updated < $1)`, sqldb.Millis(before)); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, "DELETE FROM conversations WHERE updated < $1", sqldb.Millis(before))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		count = int(n)
		return err
	})
	if err != nil || count == 0 {
		return 0, err
	}
	return count, c.db.Checkpoint(ctx)
}

// own runs do in a transaction in which the conversation is the actor's.
func (c *Conversations) own(ctx context.Context, actor core.Actor, id core.ID, do func(tx *sqldb.Tx) error) error {
	return c.db.WithTx(ctx, func(tx *sqldb.Tx) error {
		row := tx.QueryRowContext(ctx, "SELECT "+columns+" FROM conversations WHERE id = $1 AND organisation = $2 AND person = $3",
			id, actor.Organisation, actor.Person)
		if _, err := scan(row); err != nil {
			return err
		}
		return do(tx)
	})
}

func remove(ctx context.Context, tx *sqldb.Tx, id core.ID) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM conversation_turns WHERE conversation = $1", id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM conversations WHERE id = $1", id)
	return err
}

type scanner interface{ Scan(into ...any) error }

func scan(row scanner) (gateway.Conversation, error) {
	var c gateway.Conversation
	var created, updated int64
	err := row.Scan(&c.ID, &c.Organisation, &c.Person, &c.Kind, &c.Title, &created, &updated)
	if errors.Is(err, sql.ErrNoRows) {
		return c, core.E(core.NotFound, "errors.conversation_unknown", nil)
	}
	c.Created, c.Updated = sqldb.Time(created), sqldb.Time(updated)
	return c, err
}

func scanTurn(row scanner) (gateway.Turn, error) {
	var id core.ID
	var asked int64
	var content []byte
	if err := row.Scan(&id, &asked, &content); err != nil {
		return gateway.Turn{}, err
	}
	turn, err := decodeTurn(content)
	turn.ID, turn.Asked = id, sqldb.Time(asked)
	return turn, err
}

// turnContent is what of a turn is kept as JSON.
type turnContent struct {
	Question string              `json:"question"`
	Ask      *gateway.AskResult  `json:"ask,omitempty"`
	Chat     *gateway.ChatResult `json:"chat,omitempty"`
	Problem  *problem            `json:"problem,omitempty"`
}

// problem is a core.Error without its cause, which is for the log only.
type problem struct {
	Code core.Code `json:"code"`
	Key  string    `json:"key"`
	Args core.Args `json:"args,omitempty"`
}

func encodeTurn(turn gateway.Turn) ([]byte, error) {
	content := turnContent{Question: turn.Question, Ask: turn.Ask, Chat: turn.Chat}
	if p := turn.Problem; p != nil {
		content.Problem = &problem{Code: p.Code, Key: p.Key, Args: p.Args}
	}
	return json.Marshal(content)
}

func decodeTurn(data []byte) (gateway.Turn, error) {
	var content turnContent
	if err := json.Unmarshal(data, &content); err != nil {
		return gateway.Turn{}, core.Wrap(err, core.Corrupt, "errors.conversation_corrupt", nil)
	}
	turn := gateway.Turn{Question: content.Question, Ask: content.Ask, Chat: content.Chat}
	if p := content.Problem; p != nil {
		turn.Problem = core.E(p.Code, p.Key, restoreArgs(p.Args))
	}
	return turn, nil
}

// restoreArgs gives arguments the types that they had before JSON.
func restoreArgs(args core.Args) core.Args {
	for name, value := range args {
		switch v := value.(type) {
		case float64:
			if v == float64(int(v)) {
				args[name] = int(v)
			}
		case string:
			switch name {
			case "Receipt":
				args[name] = core.ID(v)
			case "Until":
				if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
					args[name] = at
				}
			}
		}
	}
	return args
}

func checkTitle(title string) (string, error) {
	title = strings.Join(strings.Fields(title), " ")
	if title == "" || !utf8.ValidString(title) {
		return "", core.E(core.Invalid, "errors.title_empty", nil)
	}
	if runes := []rune(title); len(runes) > maxTitle {
		title = string(runes[:maxTitle-1]) + "…"
	}
	return title, nil
}

// Count says how many conversations somebody has.
func (c *Conversations) Count(ctx context.Context, actor core.Actor) (n int, err error) {
	err = c.db.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM conversations WHERE organisation = $1 AND person = $2",
		actor.Organisation, actor.Person).Scan(&n)
	return n, err
}

// IDs lists all conversations of somebody, oldest first.
func (c *Conversations) IDs(ctx context.Context, actor core.Actor) (list []core.ID, err error) {
	rows, err := c.db.Reader().QueryContext(ctx, "SELECT id FROM conversations WHERE organisation = $1 AND person = $2 ORDER BY id",
		actor.Organisation, actor.Person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id core.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}
