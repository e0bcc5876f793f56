/** What metrics of tasks are called, in the order in which they are shown: of each kind the first is the one that counts. */
export const METRIC_WORDS: Readonly<Record<string, string>> = {
  auc: "AUC",
  rSquared: "R2",
  accuracy: "accuracy",
  rmse: "RMSE",
  mae: "MAE",
  f1Macro: "macro F1",
  averagePrecision: "average precision",
  aucError: "AUC's standard error within a split (DeLong)",
  logLoss: "log loss (nats)",
  calibrationError: "calibration error (ECE)",
};
