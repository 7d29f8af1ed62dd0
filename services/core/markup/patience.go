package markup

import (
	"errors"
	"sync"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/dlclark/regexp2/v2"
)

const (
	// colourTime is what colouring the code of one message may take of a processor.
	colourTime = 8 * time.Millisecond

	// matchTime is how long matching one rule may take, by the clock. It is the
	// last resort: no rule is known that comes near, and a rule that only waits
	// for the processor must not be given up, or the colours would be wrong.
	matchTime = 50 * time.Millisecond
)

var errSlow = errors.New("colouring takes too long")

// watch makes every rule look at the time when it matches: rules that match
// nothing can go round in circles without ever giving out a word.
func watch(rules chroma.Rules) {
	for _, state := range rules {
		for i, rule := range state {
			if _, changes := rule.Mutator.(chroma.LexerMutator); !changes {
				state[i].Mutator = watched{rule.Mutator}
			}
		}
	}
	rules[warmUp] = []chroma.Rule{{Mutator: chroma.MutatorFunc(setMatchTime)}}
}

// watched is a rule's mutator, or nil.
type watched struct{ chroma.Mutator }

// endKey is where a lexer keeps when it must be done.
type endKey struct{}

// Mutate implements [chroma.Mutator].
func (w watched) Mutate(state *chroma.LexerState) error {
	now := worked()
	end, ok := state.Get(endKey{}).(time.Duration)
	if !ok {
		end = now + colourTime
		state.Set(endKey{}, end)
	}
	if now > end {
		return errSlow
	}
	if w.Mutator == nil {
		return nil
	}
	return w.Mutator.Mutate(state)
}

// warmUp is the state in which a lexer runs once, before it is used.
const warmUp = "warm up"

var setClock = sync.OnceFunc(func() { regexp2.SetTimeoutCheckPeriod(time.Millisecond) })

// hurry compiles the rules of lexer and gives each [matchTime].
func hurry(lexer chroma.Lexer) error {
	setClock()
	_, err := chroma.Tokenise(lexer, &chroma.TokeniseOptions{State: warmUp}, " ")
	return err
}

// setMatchTime is a rule's mutator because only those see the compiled rules.
func setMatchTime(state *chroma.LexerState) error {
	for _, rules := range state.Rules {
		for _, rule := range rules {
			rule.Regexp.MatchTimeout = matchTime
		}
	}
	state.Stack = nil // and no more
	return nil
}
