import assert from "node:assert/strict";
import test from "node:test";
import { Dates } from "../static/js/model/dates.js";
import { continues, startsDay } from "../static/js/model/grouping.js";

const at = (year, month, day, hour, minute) => new Date(year, month - 1, day, hour, minute);
const said = (username, date) => ({ username, created_at: date.toISOString() });
const first = said("ada", at(2026, 11, 22, 23, 50));

for (const [what, message, want] of [
  ["the same author soon after", said("ada", at(2026, 11, 22, 23, 54)), true],
  ["another author", said("bob", at(2026, 11, 22, 23, 51)), false],
  ["five minutes later", said("ada", at(2026, 11, 22, 23, 55)), false],
]) {
  test(`grouping: ${what}`, () => assert.equal(continues(first, message), want));
}

test("grouping: midnight, by the reader's clock, ends a group", () => {
  const before = said("ada", at(2026, 11, 22, 23, 58));
  const after = said("ada", at(2026, 11, 23, 0, 1));
  assert.equal(startsDay(before, after), true);
  assert.equal(continues(before, after), false);
});

test("grouping: the first message begins its day", () => {
  assert.equal(startsDay(undefined, first), true);
  assert.equal(continues(undefined, first), false);
});

test("days have names near by and dates far off", () => {
  const dates = new Dates(["de", "en-GB"]);
  const now = at(2026, 3, 1, 0, 5);
  assert.equal(dates.day(at(2026, 3, 1, 0, 1), now), "Today");
  assert.equal(dates.day(at(2026, 2, 28, 23, 59), now), "Yesterday");
  assert.match(dates.day(at(2026, 2, 27, 12, 0), now), /^Friday,? 27 February$/);
  assert.equal(dates.day(at(2025, 12, 31, 12, 0), now), "31 December 2025");
});
