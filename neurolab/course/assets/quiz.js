// Questions with radio buttons, drawn with the browser's own fieldset, legend and input, so that the keyboard and a
// screen reader work without help. The choices go to Python; what Python answers to each choice comes back in `replies`.

const fill = (node, text) => {
  // `code` between backticks; everything else is plain text, never markup
  text.split("`").forEach((piece, i) => {
    if (!piece) return;
    if (i % 2) node.appendChild(document.createElement("code")).textContent = piece;
    else node.append(piece);
  });
  return node;
};

const make = (tag, className, text = "") => {
  const node = document.createElement(tag);
  node.className = className;
  return fill(node, text);
};

function radios(name, options, chosen, pick) {
  return options.map((text, i) => {
    const label = make("label", "nl-quiz-option");
    const input = document.createElement("input");
    input.type = "radio";
    input.name = name;
    input.checked = i === chosen;
    input.dataset.lmSuppressShortcuts = "true"; // or JupyterLab takes the arrow keys for itself
    input.addEventListener("change", () => pick(i));
    label.append(input, make("span", "", text));
    return label;
  });
}

function render({ model, el }) {
  const group = `nl-quiz-${Math.random().toString(36).slice(2)}`;
  const root = make("div", "nl-quiz");
  el.replaceChildren(root);
  if (model.get("heading")) root.append(make("p", "nl-quiz-heading", model.get("heading")));

  const replies = model.get("questions").map((question, q) => {
    const set = make("fieldset", "nl-quiz-question");
    set.append(make("legend", "", question.text));
    set.append(
      ...radios(`${group}-${q}`, question.options, model.get("choices")[q] ?? -1, (i) => {
        const choices = [...model.get("choices")];
        choices[q] = i;
        model.set("choices", choices);
        model.save_changes();
      }),
    );
    const reply = make("p", "nl-quiz-reply");
    reply.setAttribute("role", "status");
    set.append(reply);
    root.append(set);
    return reply;
  });

  if (model.get("levels").length) {
    const set = make("fieldset", "nl-quiz-question nl-quiz-row");
    set.append(make("legend", "", "How sure are you?"));
    set.append(
      ...radios(`${group}-sure`, model.get("levels"), model.get("confidence"), (i) => {
        model.set("confidence", i);
        model.save_changes();
      }),
    );
    root.append(set);
  }

  const note = make("p", "nl-quiz-note");
  note.setAttribute("role", "status");
  root.append(note);

  const answer = () => {
    const texts = model.get("replies");
    replies.forEach((node, q) => {
      node.replaceChildren();
      fill(node, texts[q] ?? "");
      node.hidden = !texts[q];
    });
    note.replaceChildren();
    fill(note, model.get("note"));
  };
  model.on("change:replies", answer);
  model.on("change:note", answer);
  answer();
}

export default { render };
