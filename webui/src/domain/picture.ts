/** Returns the address of a drawing, for an image: what is in it can neither run nor ask anybody. */
export function pictureOf(svg: string): string {
  const named = svg.replace(/^\s*<svg(?![^>]*\sxmlns=)/, '<svg xmlns="http://www.w3.org/2000/svg"');
  return `data:image/svg+xml,${encodeURIComponent(named)}`;
}
