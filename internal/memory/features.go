package memory

// Features are what the calibrated weights multiply. All lie in about [0,1]. Their order is that of
// the weights in calibrated.go; bench/retrieval learns one from the other.
type Features [featureCount]float64

// The features of a sentence as the answer to a question.
const (
	FeatureCover         = iota // share of the question's weight found in the sentence
	FeatureCoverNear            // the same with the neighbours and the headings
	FeatureCoverPassage         // the same with the whole passage
	FeatureCosine               // sentence and question, scaled from [0.7,1]
	FeatureCosinePassage        // passage and question, scaled alike
	FeatureRank                 // the passage's score over the best passage's
	FeatureFact                 // it holds what the question word asks for: 1 exactly, 0.5 nearly
	FeatureFactMissing          // the question asks for a fact and the sentence has none
	FeatureHeading              // it is a heading
	FeatureShort                // fewer than five words
	FeatureLong                 // words over 60, in units of 60
	FeatureRare                 // the question's rarest word is in the passage or its headings
	FeaturePhrase               // share of the question’s pairs of neighbouring words found side by side
	FeatureRecent               // how recent the document is, beside the others found
	FeatureArchived             // it lies among what no longer holds, and the question is not about the past
	FeatureYear                 // the question names a year, and the passage or its document is of that year
	FeatureYearMissing          // the question names a year, and nothing here is of it
	FeatureForeign              // the passage is in another language than the question
	FeatureFull                 // the passage and its headings hold every word of the question
	FeatureLittle               // they hold less than a third of its weight
	FeatureIndirect             // it repeats a question (« combien de temps… ») and has no fact to answer it
	FeatureCue                  // it holds a turn of phrase that answers why, how, what for
	FeatureFresh                // words that the question does not have: none to eight
	FeatureOpening              // it opens its passage or its section
	FeatureBefore               // share of the question's weight in the sentence before alone
	FeatureLeans                // the same, when the sentence points back to it
	FeatureRoots                // share of the question's words whose first letters it has
	FeatureRootsNear            // the same with the sentence before
	FeatureCosineBefore         // of the sentence before
	FeatureNearest              // it is the nearest of its passage by meaning
	FeatureFactNear             // how near the fact asked for stands to the question's own words
	FeatureGap                  // weight of the question's heaviest word that the passage does not have
	FeatureUnknown              // share of the question's weight that no document holds at all
	FeatureCoverHere            // share of the question's words held, weighed by how few of the sentences at hand hold them
	FeatureFocus                // it has the thing whose number, kind or name is asked: « combien de procurations »
	FeatureNameMissing          // share of the proper names of the question that the passage, its headings and its path lack
	FeatureDayMissing           // the question names a day or a month, and the passage and its document are not of it
	FeaturePhrasePassage        // share of the question's pairs of neighbouring words found anywhere in the passage
	FeatureCoverKin             // share of the question's weight that it and what leads to it lack, and have words that stand for it
	FeatureFocusMissing         // share of the thing whose number, kind or name is asked, and of what it is of, that neither it nor what leads to it has
	FeatureScore                // what ranking gave, in tens; filled once the sentences are ranked
	FeatureShare                // the passage's share of the likelihood of all that was weighed; filled alike
	FeatureGapNear              // weight of the question's heaviest word that neither it nor what leads to it has
	FeatureAbove                // its score over the mean of all that was weighed, in tens; filled once the sentences are ranked
	FeatureMargin               // its score over the best of another passage, in tens; filled alike
	FeatureCosineApart          // its cosine over the mean of the sentences weighed, in their deviations, in fours
	FeaturePassageApart         // its passage's cosine over the mean of the passages weighed, alike
	featureCount
)
