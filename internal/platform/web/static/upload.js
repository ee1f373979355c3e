// Sends files one by one, with progress, and adds each one's line to the report. Files and folders may be
// chosen or dropped anywhere on the page. Without this script the form sends the chosen files all at once and
// the page that comes back holds the same report.
const form = document.querySelector("form.uploading");
if (form) {
  const box = form.querySelector(".sending");
  const says = box.querySelector("[role=status]");
  const bar = box.querySelector("progress");
  const submit = form.querySelector("button:not([type])");
  const here = form.querySelector(".here");
  const folder = form.querySelector(".folder");
  let stopped = false;
  let busy = false;

  here.hidden = false;
  if ("webkitdirectory" in HTMLInputElement.prototype) folder.hidden = false;
  form.elements.files.required = false;

  const words = (text, name, index, total) =>
    text.replace("{name}", () => name).replace("{index}", index).replace("{total}", total);

  const list = () => {
    let report = document.getElementById("report");
    if (!report) {
      report = document.createElement("section");
      report.id = "report";
      report.className = "card report";
      const body = document.createElement("div");
      body.className = "body";
      const title = document.createElement("h2");
      title.textContent = form.dataset.report;
      const rows = document.createElement("ul");
      rows.className = "rows";
      const fresh = document.createElement("a");
      fresh.href = form.getAttribute("action");
      fresh.textContent = form.dataset.fresh;
      body.append(title, rows, fresh);
      report.append(body);
      form.before(report);
    }
    return report.querySelector(".rows");
  };

  const line = (name, text) => {
    const row = document.createElement("li");
    const what = document.createElement("span");
    what.className = "sign bad";
    what.textContent = name;
    const why = document.createElement("span");
    why.className = "about";
    why.textContent = text;
    row.append(what, why);
    list().append(row);
  };

  const send = ({ file, name }, index, total) => new Promise((resolve) => {
    const data = new FormData();
    data.append("modified", String(file.lastModified || ""));
    data.append("files", file, name);
    const request = new XMLHttpRequest();
    request.open("POST", form.getAttribute("action"));
    request.setRequestHeader("Accept", "text/plain");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
    };
    request.upload.onload = () => {
      bar.removeAttribute("value");
      says.textContent = words(form.dataset.reading, name, index, total);
    };
    request.onload = () => {
      if (request.status === 200) list().insertAdjacentHTML("beforeend", request.responseText);
      else line(name, request.responseText);
      resolve();
    };
    request.onerror = () => { line(name, words(form.dataset.broken, name, index, total)); resolve(); };
    bar.value = 0;
    says.textContent = words(form.dataset.sending, name, index, total);
    request.send(data);
  });

  const sendAll = async (files) => {
    if (busy || files.length === 0) return;
    busy = true;
    stopped = false;
    submit.disabled = true;
    box.hidden = false;
    let sent = 0;
    for (; sent < files.length && !stopped; sent++) await send(files[sent], sent + 1, files.length);
    if (sent < files.length) line("…", form.dataset.stopped.replace("{count}", files.length - sent));
    box.hidden = true;
    submit.disabled = false;
    busy = false;
    form.reset();
  };

  const hidden = (name) => name.split("/").some((part) => part.startsWith("."));
  const named = (file) => ({ file, name: file.webkitRelativePath || file.name });

  // walk lists the files of what was dropped, folders with all they hold.
  const walk = async (entry, into) => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      into.push({ file, name: entry.fullPath.replace(/^\//, "") });
    } else if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (part.length === 0) break;
        for (const inner of part) await walk(inner, into);
      }
    }
  };

  box.querySelector("button").addEventListener("click", () => { stopped = true; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = [...form.elements.files.files, ...form.querySelector("#folder").files].map(named);
    sendAll(chosen.filter((item) => !hidden(item.name)));
  });

  let over = 0;
  const mark = (on) => form.classList.toggle("over", on);
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragenter", (event) => { if (carriesFiles(event)) { over++; mark(true); } });
  document.addEventListener("dragleave", (event) => { if (carriesFiles(event) && --over <= 0) { over = 0; mark(false); } });
  document.addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    over = 0;
    mark(false);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const dropped = [];
    if (entries.length === 0) dropped.push(...[...event.dataTransfer.files].map(named));
    for (const entry of entries) {
      try {
        await walk(entry, dropped);
      } catch {
        line(entry.name, words(form.dataset.broken, entry.name, 0, 0));
      }
    }
    sendAll(dropped.filter((item) => !hidden(item.name)));
  });
}
