/** The colour that a custom property of the style sheet has in the theme of now, for a canvas, which knows no `var()`. */
export const resolveColor = (property: string): string => {
  const probe = document.createElement('i');
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const {color} = getComputedStyle(probe);
  probe.remove();
  return color;
};

/** The same colour, only so opaque: `rgb(1, 2, 3)` to `rgb(1, 2, 3, 0.2)`. */
export const withOpacity = (color: string, opacity: number): string => color.replace(/\)$/, `, ${opacity})`);
