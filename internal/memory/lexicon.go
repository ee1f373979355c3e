package memory

import (
	"strings"

	"github.com/solidaire-coop/solidaire/internal/core"
)

// pairs are the words that associations use most, in French and in English: with them a question finds
// a document written in the other language by full text too. Folded, in the singular; a word that both
// languages spell alike needs no entry.
const pairs = `
achat=purchase acheter=buy adhesion=membership administrateur=director,administrator adresse=address
annee=year annuel=annual annuelle=annual article=section assemblee=meeting,assembly assurance=insurance
auditeur=auditor autorisation=permission autoriser=authorize avis=notice bail=lease banque=bank
batterie=battery benevole=volunteer biologique=organic blessure=injury bris=damage bureau=office cadeau=gift
camion=truck candidature=nomination carburant=fuel caution=deposit chaise=chair chambre=room champ=field
chien=dog choisir=choose cle=key,keys clef=key client=customer comite=committee communautaire=community
compte=account confidentialite=privacy conflit=conflict conge=leave,holiday conjoint=spouse conseil=board
conservation=retention conserver=keep contrat=contract convocation=notice cooperative=coop
coordonnateur=coordinator coordonnatrice=coordinator cotisation=dues,fee courriel=email cout=cost coute=cost
delai=deadline,period demande=request,application demission=resignation demissionner=resign depense=expense
deplacement=travel depot=deposit devoir=duty dommage=damage don=donation donnee=data dossier=file droit=right
duree=length eau=water ecole=school effacer=delete electrique=electric elu=elected embauche=hiring
employe=employee emprunt=loan emprunter=borrow enfant=child environnement=environment equipe=team
equipement=equipment essence=gas excedent=surplus exclusion=expulsion exercice=fiscal extraordinaire=special
facture=invoice famille=family ferme=farm fermeture=closing formation=training fournisseur=supplier frais=fee
froid=cold froide=cold fumier=manure garder=keep generale=general gratuit=free hebergement=lodging heure=hour
impot=tax interdit=forbidden,prohibited interet=interest jardin=garden jour=day kiosque=stand,kiosk
legume=vegetable lieu=place limite=limit livraison=delivery location=rental,fee louer=rent loyer=rent
majorite=majority maladie=sick mandat=term materiel=equipment membre=member mensuel=monthly
modification=amendment mois=month montant=amount moteur=motorized motorise=motorized nombre=number
nommer=appoint obligatoire=mandatory ordinaire=ordinary ordinateur=computer outil=tool ouvert=open
ouverture=opening paie=pay panier=basket,share part=share partenaire=partner passe=password payer=pay
permis=licence,allowed personnel=personal perte=loss plainte=complaint plein=full politique=policy
preavis=notice president=chair presidente=chair pret=loan preter=lend prix=price proces=minutes
procuration=proxy proposition=proposal propre=clean rabais=discount rapport=report recolte=harvest
reglement=bylaw,rule remboursement=reimbursement,refund rembourser=reimburse remplacer=replace rendre=return
renseignement=information repas=meal reservation=booking reserver=book responsable=manager,responsible
retard=late retourner=return reunion=meeting revenu=revenue ristourne=refund,patronage ruche=hive
salaire=salary,wage salle=room scrutin=ballot secretaire=secretary securite=safety semaine=week semence=seed
serre=greenhouse seuil=threshold siege=office signer=sign site=website sociale=share stage=internship
statut=bylaw subvention=grant tarif=fee telephone=phone teletravail=remote terre=land tracteur=tractor
travailleur=worker tresorerie=treasury tresorier=treasurer tresoriere=treasurer vacances=vacation vente=sale
vie=life ville=city voix=vote vol=theft voyage=travel
`

// lexicon gives the stems of a word's translations by its stem.
type lexicon struct{ english, french map[string][]string }

func newLexicon(stem func(core.Lang, token) string) lexicon {
	l := lexicon{english: map[string][]string{}, french: map[string][]string{}}
	for entry := range strings.FieldsSeq(pairs) {
		word, translations, _ := strings.Cut(entry, "=")
		fr := stem(core.French, token{word: word})
		for t := range strings.SplitSeq(translations, ",") {
			en := stem(core.English, token{word: t})
			l.english[fr] = append(l.english[fr], en)
			l.french[en] = append(l.french[en], fr)
		}
	}
	return l
}

// translate gives the stems in the other language of a word of a question.
func (l lexicon) translate(lang core.Lang, stem string) []string {
	if lang == core.English {
		return l.french[stem]
	}
	return l.english[stem]
}
