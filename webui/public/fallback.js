// Leads to the page that needs no script when this one cannot start. Written for the oldest
// browsers, and loaded before everything else.
(function () {
  "use strict";
  var MOUNT_WITHIN_MS = 8000;

  function mounted() {
    var app = document.getElementById("app");
    return app !== null && app.firstChild !== null;
  }

  function leave() {
    if (!mounted()) window.location.replace("/lite");
  }

  // In the capturing phase, as the failure of a script to load does not bubble.
  window.addEventListener(
    "error",
    function (event) {
      var from = event.target;
      if (from === window || (from && from.nodeName === "SCRIPT")) leave();
    },
    true,
  );
  window.addEventListener("unhandledrejection", leave);
  if ("noModule" in document.createElement("script")) setTimeout(leave, MOUNT_WITHIN_MS);
  else leave();
})();
