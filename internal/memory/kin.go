package memory

import (
	"slices"
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// What associations and co-operatives call by several names: somebody who asks for the « présidente » is answered by a document
// about the « présidence », one who asks when to « quitter » by one about « démission ». Written for this program from the life of
// such organisations. Folded; every word of a line stands for every other one of it, and a word may stand in two lines.
const (
	frenchKin = `
adherent membre societaire cooperateur
adhesion cotisation inscription
administrateur administratrice conseil ca
animer animation animateur animatrice
argent fonds actif solde tresorerie
arriver arrivee embauche recrutement recruter embaucher
autorisation autoriser permission permettre permis approuver approbation
avertir prevenir avis aviser informer
benevole benevolat
beneficiaire beneficier benefice
candidat candidate candidature
changer changement modifier modification reviser revision
chercher recherche recruter
choisir choix elire designer nommer
clore cloture fermer fermeture fin
comptes comptabilite comptable bilan financier
conge vacances absence
contribuer contribution participer participation
convocation convoquer invitation inviter
cout couter prix tarif frais montant
creer creation fonder fondation
debut debuter commencer demarrer ouvrir ouverture
debourser depense depenser payer paiement
decider decision resolution deliberation voter
deces deceder mourir mort
demission demissionner depart quitter partir sortie
depot deposer remettre remise
diriger direction directeur directrice gerant gerance
disparaitre disparition dissolution dissoudre dissout liquidation
dispense dispenser exoneration exonerer exempter gratuit gratuitement
distribuer distribution repartir repartition partage
domicile adresse siege
don donner donateur donation subvention
duree delai periode
ecrire ecrit rediger redaction redige
egalite partage preponderante
election elire elu elue scrutin candidature
empecher empechement absence absent
emprunt emprunter pret preter
entretien entretenir maintenance reparer reparation
envoyer envoi transmettre adresser
equipe groupe comite commission
exclure exclusion radier radiation
facture facturer facturation
heberger hebergement hebergeur serveur
installer installation
interdire interdit interdiction defense
litige conflit differend desaccord
local locaux lieu salle
logiciel outil application
mandat poste fonction charge
mineur mineure age
minimum moins
maximum plus plafond
mensuel mois mensuellement
annuel an annee annuellement
mobilisation mobiliser
nouveau nouvelle nouveaute
ordinateur informatique materiel
payer verser regler acquitter paiement versement reglement
perdre perte deficit
gagner gain excedent surplus benefice
pouvoir procuration mandater representer represente
president presidente presidence
prochain prochaine suivant suivante
pv proces
projet chantier
proposer proposition
publier publication paraitre parution
redevable devoir dette
reduction reduit rabais remise
refus refuser rejeter rejet
rembourser remboursement defrayer
remplacer remplacement suppleant remplacant
remuneration remunerer salaire paie paye traitement indemnite
rencontre reunion seance assemblee
renouveler renouvellement
responsable referent charge
salarie employe travailleur personnel
secretaire secretariat
signer signature signataire
site web
soutenir soutien aider aide
succeder successeur remplacer
supprimer suppression effacer effacement retirer retrait
surveiller surveillance controle controler verifier verification verificateur auditeur
tresorier tresoriere tresorerie
valider validation accepter acceptation approuver approbation adopter adoption
vendre vente
voix vote voter suffrage
`
	englishKin = `
appoint appointment elect election nominate nomination
approve approval permission authorize authorization
bylaws bylaw rules
change amend amendment modify modification
client customer
conflict dispute disagreement grievance
dissolve dissolution liquidation
dues fee fees subscription contribution
employee staff worker
end terminate termination
exclude expel expulsion remove removal
harassment discrimination
holiday holidays vacation leave
hire hiring recruit recruitment onboarding
hours time schedule
income revenue revenues
invoice invoicing bill billing
leave resign resignation quit withdraw withdrawal
agm meeting assembly
minimum least
maximum most limit
money funds finances
notice notification notify
office position role
pay salary wage wages compensation remuneration
president chair chairperson
purchase buy spend spending expense expenses
reimburse reimbursement refund
sick illness
surplus profit profits earnings
vote votes voting ballot
`
)

// kinship gives the stems that stand for the same thing, by the stem of one of them.
type kinship struct{ french, english map[string][]string }

func newKinship(stem func(core.Lang, token) string) kinship {
	return kinship{french: kinOf(frenchKin, core.French, stem), english: kinOf(englishKin, core.English, stem)}
}

func kinOf(groups string, lang core.Lang, stem func(core.Lang, token) string) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(groups) {
		var stems []string
		for word := range strings.FieldsSeq(line) {
			if s := stem(lang, token{word: word}); !slices.Contains(stems, s) {
				stems = append(stems, s)
			}
		}
		for _, one := range stems {
			for _, other := range stems {
				if other != one && !slices.Contains(out[one], other) {
					out[one] = append(out[one], other)
				}
			}
		}
	}
	return out
}

// of gives what else a word of a question is called, in the question's language.
func (k kinship) of(lang core.Lang, stem string) []string {
	if lang == core.English {
		return k.english[stem]
	}
	return k.french[stem]
}
