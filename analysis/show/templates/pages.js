// Shows the sentences that hold every word searched for, of the voices and the part that are ticked.
(function () {
  var hits = Array.prototype.slice.call(document.querySelectorAll(".hits li"));
  var search = document.getElementById("search"), count = document.getElementById("count");
  var part = document.getElementById("part");
  var ticks = Array.prototype.slice.call(document.querySelectorAll(".filters input[type=checkbox]"));
  var texts = hits.map(function (hit) { return hit.textContent.toLowerCase(); });
  var voices = { newsroom: ["newsroom"], reported: ["reported"], quoted: ["quoted"], unquoted: ["newsroom", "reported"] };
  function apply() {
    var words = search.value.toLowerCase().split(/\s+/), shown = 0;
    var ticked = ticks.filter(function (tick) { return tick.checked; }).map(function (tick) { return tick.value; });
    hits.forEach(function (hit, n) {
      var here = ticked.indexOf(hit.dataset.voice) >= 0 && (!part.value || part.value === hit.dataset.part) &&
        words.every(function (word) { return texts[n].indexOf(word) >= 0; });
      hit.hidden = !here;
      shown += here;
    });
    document.querySelectorAll("section[data-voice]").forEach(function (section) {
      section.hidden = ticked.indexOf(section.dataset.voice) < 0;
    });
    count.textContent = shown + " of " + hits.length + " shown";
  }
  function fromAddress() {
    var asked = voices[location.hash.slice(1)];
    if (asked) ticks.forEach(function (tick) { tick.checked = asked.indexOf(tick.value) >= 0; });
    apply();
  }
  search.addEventListener("input", apply);
  part.addEventListener("change", apply);
  ticks.forEach(function (tick) { tick.addEventListener("change", apply); });
  window.addEventListener("hashchange", fromAddress);
  document.querySelector(".filters").hidden = false;
  fromAddress();
})();
