package chat

// The limits of the contract. Lengths are in characters (Unicode code points).
const (
	MaxBody        = 4000
	MaxClientID    = 100
	MaxTitle       = 80
	MaxTopic       = 250
	MaxDisplayName = 80

	MinDirect = 2 // people in a direct room
	MaxDirect = 9
)
