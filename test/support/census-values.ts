// Values of UCI's Census-Income (KDD) files, as census-income.names lists them, with weights of about their shares.

export type Weighted = Readonly<Record<string, number>>;

export const EDUCATION: Weighted = {
  "Less than 1st grade": 0.5,
  "1st 2nd 3rd or 4th grade": 1.2,
  "5th or 6th grade": 2.2,
  "7th and 8th grade": 5,
  "9th grade": 4,
  "10th grade": 5,
  "11th grade": 4.5,
  "12th grade no diploma": 1.4,
  "High school graduate": 32,
  "Some college but no degree": 18,
  "Associates degree-occup /vocational": 3.5,
  "Associates degree-academic program": 2.9,
  "Bachelors degree(BA AB BS)": 13,
  "Masters degree(MA MS MEng MEd MSW MBA)": 4.3,
  "Prof school degree (MD DDS DVM LLB JD)": 1.2,
  "Doctorate degree(PhD EdD)": 0.8,
};
export const EDUCATIONS = Object.keys(EDUCATION);

export const MAJOR_INDUSTRIES = [
  ...["Agriculture", "Mining", "Construction", "Manufacturing-durable goods", "Manufacturing-nondurable goods"],
  ...["Transportation", "Communications", "Utilities and sanitary services", "Wholesale trade", "Retail trade"],
  ...["Finance insurance and real estate", "Business and repair services", "Private household services"],
  ...["Personal services except private HH", "Entertainment", "Hospital services", "Medical except hospital"],
  ...["Education", "Social services", "Other professional services", "Forestry and fisheries"],
  ...["Public administration", "Armed Forces"],
];
export const MAJOR_OCCUPATIONS = [
  ...["Executive admin and managerial", "Professional specialty", "Technicians and related support", "Sales"],
  ...["Adm support including clerical", "Private household services", "Protective services", "Other service"],
  ...["Precision production craft & repair", "Machine operators assmblrs & inspctrs"],
  ...["Transportation and material moving", "Handlers equip cleaners etc", "Farming forestry and fishing"],
  "Armed Forces",
];
export const COUNTRIES = [
  ...["Mexico", "Puerto-Rico", "Italy", "Canada", "Germany", "Dominican-Republic", "Poland", "Philippines", "Cuba"],
  ...[
    "El-Salvador",
    "China",
    "England",
    "Columbia",
    "South Korea",
    "Ireland",
    "Jamaica",
    "Vietnam",
    "Guatemala",
    "Japan",
  ],
  ...[
    "Portugal",
    "Ecuador",
    "Haiti",
    "Greece",
    "Peru",
    "Nicaragua",
    "Hungary",
    "Scotland",
    "Taiwan",
    "Honduras",
    "France",
  ],
  ...[
    "India",
    "Iran",
    "Yugoslavia",
    "Cambodia",
    "Laos",
    "Thailand",
    "Outlying-U S (Guam USVI etc)",
    "Hong Kong",
    "Panama",
  ],
  ...["Trinadad&Tobago", "Holand-Netherlands"],
];
export const STATES = [
  ...["California", "Utah", "Florida", "North Carolina", "Abroad", "Oklahoma", "Minnesota", "Indiana", "North Dakota"],
  ...["New Mexico", "Michigan", "Alaska", "Kentucky", "Arizona", "New Hampshire", "Wyoming", "Colorado", "Oregon"],
  ...[
    "West Virginia",
    "Georgia",
    "Montana",
    "Alabama",
    "Ohio",
    "Texas",
    "Arkansas",
    "Mississippi",
    "Tennessee",
    "Iowa",
  ],
  ...["Pennsylvania", "New York", "Louisiana", "Vermont", "Illinois", "Nevada", "Kansas", "Maine", "Virginia"],
  ...["South Dakota", "Massachusetts", "Missouri", "Delaware", "Maryland", "Wisconsin", "Nebraska", "New Jersey"],
  ...["Connecticut", "South Carolina", "Idaho", "District of Columbia"],
];
export const CLASSES: Weighted = {
  Private: 72,
  "Self-employed-not incorporated": 8.5,
  "Local government": 7.8,
  "State government": 4.2,
  "Self-employed-incorporated": 3.3,
  "Federal government": 2.9,
  "Never worked": 0.4,
  "Without pay": 0.2,
};
export const RACES: Weighted = {
  White: 84,
  Black: 10,
  "Asian or Pacific Islander": 3,
  Other: 2,
  "Amer Indian Aleut or Eskimo": 1,
};
export const ORIGINS: Weighted = {
  ...{ "Mexican-American": 8, "Mexican (Mexicano)": 7, "Central or South American": 4, "Puerto Rican": 3 },
  ...{ "Other Spanish": 2.5, Cuban: 1, NA: 0.9, "Do not know": 0.3, Chicano: 0.3 },
};
export const UNEMPLOYED: Weighted = {
  ...{ "Other job loser": 2, "Re-entrant": 2, "Job loser - on layoff": 1, "Job leaver": 0.6, "New entrant": 0.4 },
};
export const SCHEDULES: Weighted = {
  ...{ "Full-time schedules": 40, "PT for non-econ reasons usually FT": 3, "Unemployed full-time": 2 },
  ...{ "PT for econ reasons usually PT": 1, "Unemployed part- time": 0.8, "PT for econ reasons usually FT": 0.5 },
};
export const REGIONS: Weighted = { South: 5, West: 4, Midwest: 3.5, Northeast: 2.7, Abroad: 0.5 };
export const MSA: Weighted = {
  ...{ "MSA to MSA": 10, "NonMSA to nonMSA": 3, "MSA to nonMSA": 0.8, "NonMSA to MSA": 0.6, "Abroad to MSA": 0.4 },
  ...{ "Not identifiable": 0.4, "Abroad to nonMSA": 0.1 },
};
export const MOVES: Weighted = {
  ...{
    "Same county": 10,
    "Different county same state": 3,
    "Different region": 1.2,
    "Different state same division": 1,
  },
  ...{ Abroad: 0.5, "Different division same region": 0.5 },
};
export const MOVES_WITHIN: Weighted = {
  ...{
    "Same county": 10,
    "Different county same state": 3,
    "Different state in South": 1,
    "Different state in West": 0.7,
  },
  ...{ "Different state in Midwest": 0.6, "Different state in Northeast": 0.5, Abroad: 0.5 },
};
export const PARENTS: Weighted = {
  ...{ "Both parents present": 39, "Mother only present": 13, "Father only present": 2, "Neither parent present": 1.6 },
};
export const CITIZENSHIPS: Weighted = {
  ...{ "Foreign born- Not a citizen of U S": 7, "Foreign born- U S citizen by naturalization": 3 },
  ...{ "Native- Born abroad of American Parent(s)": 1, "Native- Born in Puerto Rico or U S Outlying": 0.8 },
};
