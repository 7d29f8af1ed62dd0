/* Events of our own carry what they tell as their detail. */
interface Event {
  readonly detail?: any;
}
