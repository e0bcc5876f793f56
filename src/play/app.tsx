import { CommandSection } from "./command-section.tsx";
import { LossesSection, RunsSection } from "./losses-section.tsx";
import { ModelsSection } from "./models-section.tsx";
import type { Playground } from "./playground.ts";
import { TasksSection } from "./tasks-section.tsx";
import { Tour } from "./tour-view.tsx";
import { TrainingBar } from "./training-bar.tsx";

export function App({ playground }: { playground: Playground }) {
  return (
    <>
      <header>
        <h1>Watch models learn several tasks at once</h1>
        <p>
          This page trains the models of the MMoE paper (KDD 2018) on its synthetic tasks, in your browser, and draws
          what they have learned while they learn it. The numbers are those of the command line, to the last bit.
        </p>
      </header>
      <Tour playground={playground} />
      <main>
        <TrainingBar playground={playground} />
        <TasksSection playground={playground} />
        <ModelsSection playground={playground} />
        <LossesSection playground={playground} />
        <RunsSection playground={playground} />
        <CommandSection playground={playground} />
      </main>
    </>
  );
}
