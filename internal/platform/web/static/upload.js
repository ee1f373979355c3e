// Sends the chosen files one by one, with progress, and adds each one's line to the report. Without this
// script the form sends them all at once and the page that comes back holds the same report.
const form = document.querySelector("form.uploading");
if (form) {
  const box = form.querySelector(".sending");
  const says = box.querySelector("[role=status]");
  const bar = box.querySelector("progress");
  const submit = form.querySelector("button:not([type])");
  let stopped = false;

  const words = (text, file, index, total) =>
    text.replace("{name}", () => file.name).replace("{index}", index).replace("{total}", total);

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

  const failed = (file, text) => {
    const row = document.createElement("li");
    const name = document.createElement("span");
    name.className = "sign bad";
    name.textContent = file.name;
    const why = document.createElement("span");
    why.className = "about";
    why.textContent = text;
    row.append(name, why);
    list().append(row);
  };

  const send = (file, index, total) => new Promise((resolve) => {
    const data = new FormData();
    data.append("modified", String(file.lastModified || ""));
    data.append("files", file);
    const request = new XMLHttpRequest();
    request.open("POST", form.getAttribute("action"));
    request.setRequestHeader("Accept", "text/plain");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
    };
    request.upload.onload = () => {
      bar.removeAttribute("value");
      says.textContent = words(form.dataset.reading, file, index, total);
    };
    request.onload = () => {
      if (request.status === 200) list().insertAdjacentHTML("beforeend", request.responseText);
      else failed(file, request.responseText);
      resolve();
    };
    request.onerror = () => { failed(file, words(form.dataset.broken, file, index, total)); resolve(); };
    bar.value = 0;
    says.textContent = words(form.dataset.sending, file, index, total);
    request.send(data);
  });

  box.querySelector("button").addEventListener("click", () => { stopped = true; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...form.elements.files.files];
    stopped = false;
    submit.disabled = true;
    box.hidden = false;
    for (let i = 0; i < files.length && !stopped; i++) await send(files[i], i + 1, files.length);
    box.hidden = true;
    submit.disabled = false;
    form.reset();
  });
}
