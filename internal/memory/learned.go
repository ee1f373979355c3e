package memory

// calibrated gives the constants in use, fitted on PIAF and on all questions on two real co-operatives, with multilingual-e5-small
// (Q4_0), before passages were given once only; bench/results/retrieval.md says what they give. bench/retrieval -learn writes
// this file anew, cross-validated and with a half held out. What it wrote on 22 November 2026 put the right sentence first more
// often on the co-operatives (.52 of the questions instead of .48) but, where as few questions on them were refused, refused half
// of those on the demonstration's documents: it was not taken.
func calibrated(byMeaning bool) calibration {
	if byMeaning {
		return calibration{
			rank: weights{features: Features{
				FeatureCover: 0.41, FeatureCoverNear: 2.66, FeatureCoverPassage: 0.85, FeatureCosine: 3.46, FeatureCosinePassage: 4.56,
				FeatureRank: 3.91, FeatureFact: 1.21, FeatureFactMissing: -0.78, FeatureShort: 0.14, FeatureLong: -0.49,
				FeatureRare: 0.06, FeaturePhrase: 0.63, FeatureRecent: 1.26, FeatureArchived: -1.85, FeatureYear: 1.25,
				FeatureYearMissing: -1.25, FeatureForeign: -1.2, FeatureFull: 0.41, FeatureLittle: -0.50,
				FeatureHeading: -1.5, FeatureIndirect: -2, FeatureCue: 1.31, FeatureFresh: 0.18, FeatureOpening: 0.18, FeatureBefore: -0.44,
				FeatureLeans: 0.40, FeatureRoots: 1.01, FeatureRootsNear: 1.39, FeatureCosineBefore: 0.83, FeatureNearest: 0.66,
				FeatureFactNear: 0.79,
			}},
			found:  weights{bias: -5.59, features: Features{FeatureScore: 3.98, FeatureGap: -0.15, FeatureUnknown: -1.20, FeatureForeign: 0.8}},
			accept: 0.25,
		}
	}
	return calibration{
		rank: weights{features: Features{
			FeatureCover: 1.30, FeatureCoverNear: 3.04, FeatureCoverPassage: 0.75, FeatureRank: 3.08, FeatureFact: 1.74,
			FeatureFactMissing: -0.60, FeatureShort: -0.22, FeatureLong: -0.44, FeatureRare: -0.09, FeaturePhrase: 1.71,
			FeatureRecent: 2.23, FeatureArchived: -1.54, FeatureYear: 1.44, FeatureYearMissing: -1.44, FeatureForeign: -0.71,
			FeatureFull: 0.72, FeatureLittle: -0.35, FeatureHeading: -1.5, FeatureIndirect: -2, FeatureCue: 1.58, FeatureFresh: -0.46,
			FeatureOpening: 0.35, FeatureBefore: -0.11, FeatureLeans: 0.23, FeatureRoots: 1.63, FeatureRootsNear: 1.76,
			FeatureFactNear: 0.90,
		}},
		found:  weights{bias: -3.78, features: Features{FeatureScore: 3.44, FeatureGap: 0.26, FeatureUnknown: -2.05, FeatureForeign: 0.8}},
		accept: 0.25,
	}
}
