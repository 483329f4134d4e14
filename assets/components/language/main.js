// Says what language the page is in, and lets the browser keep one that was chosen: as a cookie, which the server is sent before it draws
// anything.
const YEAR = 365 * 24 * 3600;

export default function ({ data }) {
  document.documentElement.lang = data.language;
  if (data.cookie) document.cookie = `${data.cookie}=${data.language}; path=/; max-age=${YEAR}; SameSite=Lax`;
}
