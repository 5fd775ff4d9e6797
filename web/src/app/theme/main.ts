// Runs in the head before anything is drawn, so that the page never flashes in the wrong
// colours. A classic script: nothing may be imported here.
{
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = root.dataset.themeChoice ?? "system";
    root.dataset.theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
  };
  root.dataset.themeChoice ??= root.dataset.theme ?? "system";
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("formwork:theme", apply);
}
