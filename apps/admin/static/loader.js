import init from "{{js}}";

init({ module_or_path: "{{wasm}}" }).catch(function (error) {
  console.error(error);
  var note = document.getElementById("boot-failed");
  if (note) note.hidden = false;
});
