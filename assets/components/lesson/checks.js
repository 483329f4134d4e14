// Whether what a task asks for is so, told from the address alone: a page writes all that is chosen there into it.

/** A place of the app: the page's name, and the fields of the address. */
export function placeOf({ pathname, search }) {
  return { page: pathname.split('/').filter(Boolean).pop() ?? 'whole_model', fields: Object.fromEntries(new URLSearchParams(search)) };
}
/** Whether a check holds at a place; `link` has the fields with which the lesson began. What stands together in a check holds together. */
export function holds(check, place, link) {
  const each = (part) => holds(part, place, link), value = place.fields[check.field] ?? null;
  const tests = {
    page: (page) => place.page === page,
    field: () => true,
    is: (wanted) => value === wanted,
    is_not: (unwanted) => value !== unwanted,
    at_least: (least) => value !== null && Number(value) >= least,
    at_most: (most) => value !== null && Number(value) <= most,
    has: (part) => value !== null && value.includes(part),
    changed: (field) => (place.fields[field] ?? null) !== (link[field] ?? null),
    all: (parts) => parts.every(each),
    any: (parts) => parts.some(each),
    none: (parts) => !parts.some(each),
  };
  return Object.entries(check).every(([name, wanted]) => tests[name](wanted));
}
