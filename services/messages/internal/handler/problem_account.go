package handler

import (
	"errors"

	"parley/messages/internal/account"
)

var errForbidden = errors.New("not allowed to this role")

// accountProblems are those of accounts and of who may what.
var accountProblems = []known{
	{errForbidden, problem{403, "forbidden", "You are not allowed to do this."}},

	{account.ErrUsernameInvalid, problem{422, "username_invalid", "A name has 2 to 32 letters a to z, digits, and _ . - but begins with a letter or digit."}},
	{account.ErrUsernameTaken, problem{409, "username_taken", "This name is taken."}},
	{account.ErrPasswordTooShort, problem{422, "password_too_short", "A password has at least 8 characters."}},
	{account.ErrPasswordTooLong, problem{422, "password_too_long", "A password has at most 256 bytes."}},
	{account.ErrBadCredentials, problem{401, "bad_credentials", "Name or password is wrong."}},
	{account.ErrBusy, problem{503, "unavailable", "Too many people are signing in just now. Try again shortly."}},
	{account.ErrBanned, problem{403, "banned", "This account is banned."}},
}
