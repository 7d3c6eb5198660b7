// Finds sentences of all features and outlets; what a feature has is loaded when it is first asked for.
var articles = [], sentences = [];
(function () {
  var fields = Array.prototype.slice.call(document.querySelectorAll(".filters select"));
  var search = document.getElementById("search"), list = document.getElementById("hits");
  var count = document.getElementById("count"), feature = document.getElementById("feature");
  var columns = fields.filter(function (field) { return field.dataset.column; });
  var voices = ["newsroom", "reported", "quoted"], most = 100, loading = {};
  var spoken = { newsroom: [0], reported: [1], quoted: [2], unquoted: [0, 1] };
  function load(file, ready) {
    if (loading[file]) return loading[file] === true ? ready() : loading[file].push(ready);
    loading[file] = [ready];
    var script = document.createElement("script");
    script.src = file;
    script.onload = function () {
      var waiting = loading[file];
      loading[file] = true;
      waiting.forEach(function (go) { go(); });
    };
    document.body.appendChild(script);
  }
  function add(to, tag, text, look) {
    var made = document.createElement(tag);
    made.textContent = text;
    if (look) made.className = look;
    return to.appendChild(made);
  }
  function row(hit, name) {
    var article = articles[hit[0]], item = add(list, "li", ""), text = add(item, "p", "", "text");
    var voice = add(text, "i", hit[4], hit[2] ? voices[hit[2]] : "");
    add(voice, "b", hit[5]);
    voice.appendChild(document.createTextNode(hit[6]));
    var said = [name, voices[hit[2]], document.querySelector("#outlet").options[hit[1] + 1].textContent, hit[7], article[1]];
    var small = add(item, "div", said.filter(Boolean).join(" \u00b7 ") + " \u00b7 ", "small");
    var link = add(small, article[2] ? "a" : "span", article[0]);
    if (article[2]) link.href = article[2] + "#" + hit[3];
  }
  function show() {
    var words = search.value.toLowerCase().split(/\s+/), found = 0;
    var own = spoken[document.getElementById("voice").value], outlet = document.getElementById("outlet").value;
    list.textContent = "";
    wanted().forEach(function (n) {
      sentences[n].forEach(function (hit) {
        var article = articles[hit[0]];
        if ((outlet !== "" && hit[1] !== +outlet) || (own && own.indexOf(hit[2]) < 0)) return;
        if (!columns.every(function (field, k) { return field.value === "" || article[3 + k] === +field.value; })) return;
        var text = (hit[4] + hit[5] + hit[6] + " " + hit[7] + " " + article[0] + " " + article[1]).toLowerCase();
        if (!words.every(function (word) { return text.indexOf(word) >= 0; })) return;
        found += 1;
        if (found <= most) row(hit, feature.options[n + 1].textContent);
      });
    });
    count.textContent = found.toLocaleString("en") + " found" + (found > most ? ", the first " + most + " shown" : "");
  }
  function wanted() {
    if (feature.value !== "") return [+feature.value];
    return Array.prototype.slice.call(feature.options, 1).map(function (option) { return +option.value; });
  }
  function apply() {
    if (search.value.length < 2 && fields.every(function (field) { return field.value === ""; })) {
      list.textContent = count.textContent = "";
      return;
    }
    var files = ["articles.js"].concat(wanted().map(function (n) { return "sentences-" + n + ".js"; })), left = files.length;
    count.textContent = "\u2026";
    files.forEach(function (file) { load(file, function () { left -= 1; if (!left) show(); }); });
  }
  function fromAddress() {
    var asked = new URLSearchParams(location.hash.slice(1));
    fields.forEach(function (field) {
      var value = asked.get(field.dataset.column || field.id);
      Array.prototype.forEach.call(field.options, function (option) {
        if (value !== null && (option.dataset.name || option.value) === value) field.value = option.value;
      });
      if (value === null) field.value = "";
    });
    search.value = asked.get("words") || "";
    apply();
  }
  search.addEventListener("input", apply);
  fields.forEach(function (field) { field.addEventListener("change", apply); });
  window.addEventListener("hashchange", fromAddress);
  document.querySelector(".filters").hidden = false;
  fromAddress();
})();
