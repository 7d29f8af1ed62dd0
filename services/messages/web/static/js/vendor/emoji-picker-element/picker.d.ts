/* What the page uses of emoji-picker-element. */
export default class Picker extends HTMLElement {
  constructor(options: { dataSource: string; locale: string; styles: string });
}
