import { shellQuoted } from "../shell.ts";
import { Section } from "./controls.tsx";
import { commandWords } from "./play-command.ts";
import { MANY, type Playground } from "./playground.ts";

export function CommandSection({ playground }: { playground: Playground }) {
  const { settings, defaults, lives, hasMany, ended } = playground;
  const command = commandWords(settings, defaults, Math.max(settings.run + 1, hasMany ? MANY : 0))
    .map(shellQuoted)
    .join(" ");
  return (
    <Section id="command" title="The same on the command line">
      <p>
        This command trains the same runs and writes their losses to CSV files. Both give the same numbers, to the last
        digit.
      </p>
      <pre>{command}</pre>
      <table>
        <caption>
          Parameters after the last step: runs with the same fingerprint have the same bits. ({ended.length} runs have
          ended.)
        </caption>
        <tbody>
          {lives.map(({ run, fingerprint }) => (
            <tr key={run.id}>
              <th scope="row">{run.id}</th>
              <td>
                <code data-fingerprint={run.id}>{fingerprint ?? "not trained to the end yet"}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
