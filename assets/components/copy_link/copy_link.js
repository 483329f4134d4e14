// Copies the address of what is shown; where the browser has no clipboard (plain http), the address is selected to be copied by hand.
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector('.s2s-copy');
  button.textContent = data.label;
  button.title = data.title;
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = data.done;
      setTimeout(() => { button.textContent = data.label; }, 1500);
    } catch {
      prompt(data.title, location.href);
    }
  };
}
