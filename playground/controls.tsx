import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Bounds } from "../src/config/playground.ts";

interface NumberProps {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  readonly bounds: Bounds;
  readonly onValue: (value: number) => void;
}

/** A number that is typed. What is out of its bounds becomes the nearest number within, and the bounds are told. */
export function NumberField({ id, label, value, bounds: { min, max, isWhole }, onValue }: NumberProps) {
  const [hasToldLimits, setToldLimits] = useState(false);
  const [draft, setDraft] = useState<string>(); // what is being typed: the page is drawn again while it trains
  const take = (input: HTMLInputElement) => {
    const given = input.valueAsNumber;
    const taken = Number.isNaN(given) ? value : Math.min(max, Math.max(min, isWhole ? Math.round(given) : given));
    setDraft(undefined);
    setToldLimits(taken !== given);
    if (taken !== value) onValue(taken);
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        inputMode="decimal"
        value={draft ?? value}
        min={min}
        max={max}
        step={isWhole ? 1 : "any"}
        onInput={({ currentTarget }) => setDraft(currentTarget.value)}
        onChange={({ currentTarget }) => take(currentTarget)}
      />
      <output for={id}>
        {hasToldLimits && `${min.toLocaleString("en", ALL_DIGITS)} to ${max.toLocaleString("en")}`}
      </output>
    </div>
  );
}

const ALL_DIGITS = { maximumFractionDigits: 10 };

interface ChoiceProps<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly value: T;
  readonly choices: readonly (readonly [value: T, words: string])[];
  readonly onValue: (value: T) => void;
}

export function Choice<T extends string>({ id, label, value, choices, onValue }: ChoiceProps<T>) {
  return (
    <label class="field" for={id}>
      <span>{label}</span>
      <select id={id} value={value} onChange={({ currentTarget }) => onValue(currentTarget.value as T)}>
        {choices.map(([one, words]) => (
          <option key={one} value={one} selected={one === value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

interface SliderProps {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly words: string;
  readonly onValue: (value: number) => void;
}

export function Slider({ id, label, value, min, max, step, words, onValue }: SliderProps) {
  return (
    <label class="field slider" for={id}>
      <span>
        {label} <output for={id}>{words}</output>
      </span>
      <input
        id={id}
        type="range"
        value={value}
        min={min}
        max={max}
        step={step}
        aria-valuetext={words}
        onInput={({ currentTarget }) => onValue(currentTarget.valueAsNumber)}
      />
    </label>
  );
}

export function Section({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
