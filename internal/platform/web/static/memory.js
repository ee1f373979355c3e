// Follows what the memory is doing: while something is being read, the page's list and progress are fetched
// again, without moving the reader's place. Without this script, reloading the page does the same.
const beat = 2500;

const follow = async () => {
  if (!document.querySelector("#working[data-working]")) return;
  const list = document.getElementById("listed");
  const used = list?.contains(document.activeElement) || document.querySelector("#listed details[open]");
  if (!document.hidden && !used) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const id of ["working", "listed"]) {
          const now = fresh.getElementById(id);
          const old = document.getElementById(id);
          if (now && old) old.replaceWith(document.adoptNode(now));
        }
      }
    } catch {
      // The server is away for a moment: the next beat asks again.
    }
  }
  setTimeout(follow, beat);
};

setTimeout(follow, beat);
