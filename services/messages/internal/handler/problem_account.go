package handler

import (
	"errors"

	"parley/messages/internal/account"
	"parley/messages/internal/invite"
	"parley/messages/internal/person"
	"parley/messages/internal/portrait"
)

var (
	errForbidden      = errors.New("not allowed to this role")
	errTooManyNames   = errors.New("too many names asked for")
	errPictureMissing = errors.New("no picture in the form")
	errStateInvalid   = errors.New("state invalid")
	errHost           = errors.New("host not allowed")
)

var (
	forbidden   = problem{403, "forbidden", "You are not allowed to do this."}
	roleInvalid = problem{422, "role_invalid", "A role is owner, admin, member or guest."}
)

// accountProblems are those of accounts and of who may what.
var accountProblems = []known{
	{errForbidden, forbidden},
	{errHost, problem{421, "host_not_allowed", "Parley does not go by this name here."}},

	{account.ErrUsernameInvalid, problem{422, "username_invalid", "A name has 2 to 32 letters a to z, digits, and _ . - but begins with a letter or digit."}},
	{account.ErrUsernameTaken, problem{409, "username_taken", "This name is taken."}},
	{account.ErrPasswordTooShort, problem{422, "password_too_short", "A password has at least 8 characters."}},
	{account.ErrPasswordTooLong, problem{422, "password_too_long", "A password has at most 256 bytes."}},
	{account.ErrPasswordCommon, problem{422, "password_common", "This password is among the first that anybody would try. Choose another."}},
	{account.ErrBadCredentials, problem{401, "bad_credentials", "Name or password is wrong."}},
	{account.ErrBusy, problem{503, "unavailable", "Too many people are signing in just now. Try again shortly."}},
	{account.ErrBanned, problem{403, "banned", "This account is banned."}},
	{account.ErrInviteRequired, problem{403, "invite_required", "You need an invite to make an account here."}},
	{account.ErrSignUpClosed, problem{403, "signup_closed", "Nobody can make an account here just now."}},

	{invite.ErrInvalid, problem{403, "invite_invalid", "This invite is not valid, or not any more. Ask for a new one."}},
	{invite.ErrNotFound, problem{404, "invite_not_found", "There is no such invite."}},
	{invite.ErrForbidden, forbidden},
	{invite.ErrRoleInvalid, roleInvalid},
	{invite.ErrUsesInvalid, problem{422, "uses_invalid", "An invite has 1 to 10,000 uses."}},
	{invite.ErrExpiresInvalid, problem{422, "expires_in_invalid", "An invite lasts a second at least, and 90 days at most."}},
	{invite.ErrTooManyRooms, problem{422, "too_many_rooms", "An invite names at most 100 rooms."}},
	{invite.ErrRoomNotFound, problem{404, "room_not_found", "There is no such room."}},
	{invite.ErrRoomDirect, problem{409, "room_direct", "Nobody can be added to a direct room."}},

	{person.ErrNotFound, problem{404, "person_not_found", "There is no such person."}},
	{person.ErrForbidden, forbidden},
	{person.ErrLastOwner, problem{409, "last_owner", "There must be an owner. Make somebody else one first."}},
	{person.ErrRoleInvalid, roleInvalid},
	{person.ErrStatusInvalid, problem{422, "status_invalid", "A status has at most 100 characters, on one line."}},
	{person.ErrStatusEmojiInvalid, problem{422, "status_emoji_invalid", "The picture beside a status is one emoji."}},
	{person.ErrStatusUntilInvalid, problem{422, "status_until_invalid", "A status lasts a year at most."}},
	{person.ErrTimeZoneInvalid, problem{422, "time_zone_invalid", "There is no such time zone. One is called Europe/Berlin, for example."}},
	{person.ErrLanguageInvalid, problem{422, "language_invalid", "A language is a tag such as en-GB or de."}},
	{person.ErrThemeInvalid, problem{422, "theme_invalid", "A theme is light or dark, or empty for what the system says."}},
	{portrait.ErrInvalid, problem{422, "picture_invalid", "This is not a picture that can be read. PNG, JPEG, GIF and WebP can."}},
	{portrait.ErrTooLarge, problem{413, "picture_too_large", "A picture has at most 4 MB and 13 million pixels."}},
	{errTooManyNames, problem{422, "too_many_names", "At most 100 people can be asked for by name at once."}},
	{errPictureMissing, problem{422, "picture_missing", "Choose a picture first."}},
	{errStateInvalid, problem{422, "state_invalid", "state must be online or away."}},
	{person.ErrDisplayNameInvalid, problem{422, "display_name_invalid", "A name has at most 80 characters, on one line."}},
}
