import { type Playground, STOPS } from "./playground.ts";

/** Goes to a stop, and to the part of the page that it speaks of. */
function visit(playground: Playground, stop: number): void {
  playground.visit(stop);
  scrollTo(STOPS[stop]?.part);
}

/** Scrolls to a part of the page once it is drawn. */
function scrollTo(part = ""): void {
  requestAnimationFrame(() => document.getElementById(part)?.scrollIntoView());
}

export function Tour({ playground }: { playground: Playground }) {
  const { stop } = playground.view;
  return (
    <nav class="tour" aria-label="Tour">
      <p>A tour of six stops shows what the study found. Or change anything: training then begins again.</p>
      <ol>
        {STOPS.map(({ title }, i) => (
          <li key={title}>
            <button type="button" aria-current={i === stop ? "step" : undefined} onClick={() => visit(playground, i)}>
              <span class="number">{i + 1}</span> {title}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** What the present stop says. */
export function Told({ playground, stop }: { playground: Playground; stop: number }) {
  const { title, sentences, part, attempt } = STOPS[stop];
  const hasNext = stop + 1 < STOPS.length;
  return (
    <div class="told" id="told" aria-live="polite">
      <h2>
        {stop + 1}. {title}
      </h2>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {playground.isBesideStop && <p>You changed a setting.</p>}
      <p class="way">
        <button type="button" class="look" onClick={() => scrollTo(part)}>
          Show me
        </button>
        {playground.isBesideStop ? (
          <button type="button" onClick={() => visit(playground, stop)}>
            Back to this stop
          </button>
        ) : (
          attempt && (
            <button type="button" onClick={() => playground.attempt(attempt.shows)}>
              {attempt.words}
            </button>
          )
        )}
        {hasNext && (
          <button type="button" onClick={() => visit(playground, stop + 1)}>
            Next: {STOPS[stop + 1]?.title}
          </button>
        )}
        <button type="button" onClick={() => playground.show({ stop: null })}>
          End the tour
        </button>
      </p>
    </div>
  );
}
