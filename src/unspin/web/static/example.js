// An article written for this project and spun by its own simulator (examples/harbour.txt, wordnet-walk, seed 2).

export const EXAMPLE = [
  "Fishermen fear for their berths arsenic Wrenhaven plans a dock",
  "The mortal boats of Wrenhaven whitethorn have to bequeath the internal area within 2 eld if councillors " +
    "chequer to a thought for a dock with 140 berths, a building and a row of shops.",
  "The grouping, whichever would cost virtually £38 meg, was put forward by Calder Quay, a divine that has " +
    "built 2 similar marinas connected the west glide. A judgment is awaited indium March.",
  "Fourteen boats nevertheless work from the internal area. Under the thought they would relocation to a " +
    "newfound dock connected the far slope of the groin, wherever the water is deeper merely the dandy is worse " +
    "indium overwinter.",
  "\"Nobody has asked american what we think of engineering,\" aforesaid Margaret Orrin, whoever has pass the " +
    "fish marketplace since 2009. \"They came with a drafting, they showed american the drafting, and past they " +
    "went home again. You cannot suggest a becharm connected a drafting.\"",
  "Her comrade, Tom, owns one of the old boats. He aforesaid that the newfound dock would beryllium futile for " +
    "at fewest 60 days a class. \"When the wind is indium the north-east you could non crosstie up there safely,\" " +
    "he aforesaid. \"We would place the days when the hurt is best.\"",
  "The divine rejects this. Its supervisor, Simon Vale, told a harsh confluence connected Tuesday that " +
    "engineers had measured the waves at the site for xviii months. \"We have fatigued more connected that study " +
    "than connected the building,\" he aforesaid, to approximately utterance. \"If the lottery had been nastiest, I " +
    "would non beryllium standing hera.\"",
  "Mr Vale promised that the mortal families would give no lease connected the dock for the earliest fin eld. " +
    "He likewise aforesaid the dock would creation 90 permanent jobs, most of them for localised populate.",
  "The assemblage is distributed. Helen Askew, whoever leads the intellection commission, aforesaid the " +
    "township had baffled a third of its shops indium x eld and could non yield to place wealth away. \"I grew up " +
    "with the odour of that area,\" she aforesaid, \"merely a odour does non give for a shoal.\"",
  "Others ar inferior sure. A prayer against the thought has been autographed by 3,200 populate, virtually one " +
    "indium figure of the accumulation. It asks the assemblage to keep the internal area for working boats and to " +
    "build the dock connected the site of the old quality curtilage, whichever has stood blank since 2016.",
  "On the dock, the arguments seemed a long journeying unsatisfying. By spot indium the sunrise the marketplace " +
    "was about concluded, and the last boxes of grump were beingness loaded connected to a van for the city. Ms " +
    "Orrin sweptback the room and locked the revenue.",
  "\"We faculty beryllium hera indium March,\" she aforesaid. \"I hope they locomote and see american up that. The " +
    "timpani is forever connected.\"",
].join("\n\n");
