package chat

// The limits of the contract. Lengths are in characters (Unicode code points).
const (
	MaxBody        = 4000
	MaxClientID    = 100
	MaxTitle       = 80
	MaxTopic       = 250
	MaxDisplayName = 80
	MaxStatus      = 100 // what somebody says of themselves
	MaxStatusEmoji = 32  // beside it: one, which may have many code points

	MaxReactions = 20  // different emojis of a message
	MaxMentions  = 50  // people whom a message mentions by name
	MaxPins      = 100 // pinned messages of a room

	MaxRetention = 36500 // days

	MinDirect = 2 // people in a direct room
	MaxDirect = 9
)
