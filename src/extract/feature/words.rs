//! What stands before a noun in a complaint, and nouns that are no part of a portal or say little.

use super::super::token::Lexicon;
use std::sync::LazyLock;

/// Before an infinitive: what can't be done.
pub(super) const UNABLE: &str = "impossible de|impossible d|impossibilite de|impossibilite d|n arrive plus a|n arrive pas a|n arrivons plus a|n arrivons pas a|arrive plus a|arrive pas a|arrive plu a|arrive pa a|arrive po a|jarive plu a|jarive pas a|\
    ne peut plus|ne peux plus|ne peut pas|ne peux pas|ne pouvons plus|ne pouvons pas|ne peuvent plus|ne peuvent pas|peut plus|peux plus|peux pas|ne parviens plus a|ne parviens pas a|ne parvient plus a|ne parvient pas a|ne parvenons plus a|ne parvenons pas a|\
    pas moyen de|pas moyen d|plus moyen de|plus moyen d|pas possible de|pas possible d|plus possible de|plus possible d|incapable de|incapables de|ne permet plus de|ne permet pas de|refuse de|refuse d|ne laisse pas|ne veut plus|ne veut pas|\
    difficultes a|difficulte a|du mal a|can t|cannot|can not|unable to|not able to|au moment de|quand on veut|quand je veux|en voulant|lorsque je veux|des qu on veut|obliges de|oblige de|obligee de|secondes pour|seconde pour|minutes pour|sec pour|min pour|mn pour|plombes pour|un temps fou pour|une eternite pour|des heures pour";

/// Before a noun: what is gone.
pub(super) const GONE: &str = "prive de|prives de|privee de|privees de|prive d|prives d|retrouve sans|retrouvons sans|retrouvent sans|travaille sans|travaillons sans|tournons sans|sommes sans|suis sans|plus de|plus d|plus aucun|plus aucune|ya plus le|ya plus la|ya plus les|y a plus le|y a plus la|y a plus les|ya plu le|ya plu la|refuse toute|refuse tout|refuse toutes|refuse tous|plus acces a|plus acces au|plus acces aux|pas acces a|pas acces au|pas acces aux|plus d acces a|plus d acces au|plus d acces aux|n ai plus|n a plus|n avons plus|n ont plus|on a plus|ne recoit plus|ne recois plus|ne recevons plus|ne recoivent plus|ne recevons pas|ne recoit pas|\
    ne voit plus|ne vois plus|ne voyons plus|ne voient plus|ne voit pas|ne vois pas|ne trouve plus|ne trouve pas|ne retrouve plus|ne retrouve pas|avons perdu|ai perdu|a perdu|ont perdu|manque|absence de|absence d|disparition de|disparition d|perte de|perte d|sans acces a|sans acces au|no access to|no more";

/// Before a noun: what there is a problem with.
pub(super) const TROUBLE: &str = "probleme de|probleme d|probleme du|probleme des|probleme avec|probleme sur|probleme dans|probleme au niveau de|probleme au niveau du|probleme au niveau des|probleme concernant|probleme lors de|pb de|pb d|pb avec|pb sur|souci de|souci d|souci du|souci des|souci avec|souci sur|souci dans|soucis de|soucis d|soucis avec|soucis sur|\
    bug de|bug d|bug du|bug des|bug sur|bug dans|bug avec|panne de|panne d|panne du|panne des|panne sur|incident de|incident sur|incident concernant|incident avec|anomalie de|anomalie sur|anomalie dans|erreur de|erreur d|erreur sur|erreur dans|erreur lors de|blocage de|blocage du|blocage des|blocage sur|lenteur de|lenteur du|lenteurs de|lenteurs du|lenteurs sur|lenteur sur|\
    dysfonctionnement au niveau de|dysfonctionnement au niveau du|dysfonctionnement au niveau des|dysfonctionnement au niveau d|pb au niveau de|pb au niveau du|souci au niveau de|souci au niveau du|souci au niveau des|dysfonctionnement de|dysfonctionnement du|dysfonctionnement des|dysfonctionnement sur|dysfonctionnements de|dysfonctionnements du|dysfonctionnements sur|difficultes avec|difficulte dans|difficultes dans|difficultes sur|difficultes lors de|problem with|problems with|issue with|trouble with|probleme porte sur|souci porte sur|probleme vient de|probleme vient du|probleme vient des|souci vient de|souci vient du|probleme se situe sur|probleme se situe dans|probleme est sur|probleme est dans|souci est sur|ca concerne|cela concerne|porte sur|ca touche|ca se passe sur|ca se passe dans|ca bloque sur|ca coince sur|ca coince dans|ca bug sur|ca plante sur|ca plante dans|soucis au niveau de|soucis au niveau du|soucis au niveau des|anomalie au niveau de|anomalie au niveau du|anomalie au niveau des|anomalie constatee sur|anomalie concernant|dysfonctionnement concernant|dysfonctionnement dans|au sujet de|au sujet du|au sujet des|concernant|a propos de|a propos du|a propos des|au niveau de|au niveau du|au niveau des|il s agit de|il s agit du|il s agit des";

/// Before what is named beside the fault.
pub(super) const CONTRAST: &str = "alors que|alors qu|tandis que|tandis qu|contrairement a|contrairement au|contrairement aux|sauf|au lieu de|au lieu du|au lieu des|au lieu d|although|instead of|whereas";

/// Before a noun: where it shows.
pub(super) const WHERE: &str = "de nos|de mes|a partir de|a partir du|a partir des|dans|sur|depuis l|avec|via|par|lors de|lors du|lors des|a|au|aux|pendant|in|on|apres|a cote de|from|quand on|quand ils|lorsque";

/// Before a quoted name: what was pressed, sent or chosen.
pub(super) const PRESSED: &str = "clique sur|clic sur|cliquant sur|cliquer sur|cliquons sur|clique|appuie sur|appuyant sur|appuyer sur|appuyons sur|tape sur|envoie|envoyer|envoyant|envoyons|envoient|coche|cocher|cochant|choisis|choisit|choisir|choisissant|selectionne|selectionner|selectionnant|ouvre|ouvrir|ouvrant|lance|lancer|lancant|passe en|passer en|passe a|statut|etat|bouton de|fonction|option|click on|press";

/// Heads that are people, places, times, machines or the fault itself: no part of a portal.
pub(super) static NEVER: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "dame|dames|homme|hommes|femme|femmes|enfant|enfants|bebe|nourrisson|fille|garcon|voisin|voisine|passant|passante|mere|pere|mari|epouse|requerante|riverain|riverains|parents|famille|familles|nurse|nurses|doctor|doctors|callers|patiente|patientes|dispatchers|people|user|users|",
        "fiche jointe|fiche ci jointe|fiche remplie|fiche completee|fiche d anomalie|fiche en piece jointe|exercice|exercices|entrainement|bac a sable|bac|regul|tlm|interimaire|interimaires|vacataire|vacataires|saisonnier|saisonniers|recrue|recrues|arrivant|arrivants|titulaire|titulaires|remplacants|remplacantes|sdis|codis|role|lettre|lettres|chiffre|chiffres|droite|gauche|milieu|coup|coups|habitude|habitudes|dhabitude|dhabitud|dhab|trentaine|quarantaine|cinquantaine|centaine|arrivee|intervention de vos|compagnie|idem|",
        "idee|idees|prerequis|prereq|requis|travail|seance|seances|courant|description|connaissance|cabinet|avis|fiche de declaration|fiche de signalement|fiche declaration|bulletin|reprise|releve|pause|remplacement|installation|reinstallation|deploiement|demenagement|branchement|marre|ras le bol|vacation|vacations|roulement|equipage|equipages|tranche horaire|moi|toi|collaboratrice|collaboratrices|apprenant|apprenants|apprenante|remplacant|remplacante|permanencier|permanenciers|cardiologue|victime|victimes|temoin|requerant|malade|malades|editeur|fournisseur|prestataire|hotline|hot line|espoir|retour de conges|signe de|merci|editeurs|formulaire d incident|formulaire de declaration|fiche incident|fiche d incident|hopitaux|activation|sollicitation|hello|info|infos|ping|voeux|aide|annulation|bonjour|urgent|question|questions|besoin|repetition|repetitions|regulation|base|ralentissement|ralentissements|dentiste|tentative|bascule|courriel|voir|conges|conge|inc|prod|production|formation|test|collegue|collegues|confrere|confreres|medecin|medecins|docteur|dr|arm|arms|regulateur|regulateurs|regulatrice|regulatrices|utilisateur|utilisateurs|utilisatrice|personne|personnes|equipe|equipes|agent|agents|interne|internes|externe|externes|infirmier|infirmiere|infirmiers|infirmieres|",
        "ide|cadre|cadres|secretaire|secretaires|ambulancier|ambulanciers|pompier|pompiers|patient|patients|appelant|appelants|correspondant|correspondants|technicien|informaticien|informaticiens|informatique|dsi|support|service|services|samu|smur|crra|hopital|chu|centre|site|sites|salle|salles|poste|postes|pc|",
        "ordinateur|ordinateurs|machine|machines|navigateur|navigateurs|matin|matinee|soir|soiree|nuit|nuits|jour|jours|journee|heure|heures|minute|minutes|seconde|secondes|semaine|semaines|mois|annee|annees|fois|moment|debut|fin|week|weekend|midi|lendemain|veille|apres|avant|",
        "probleme|problemes|souci|soucis|incident|incidents|bug|bugs|panne|pannes|anomalie|anomalies|erreur|erreurs|blocage|dysfonctionnement|dysfonctionnements|difficulte|difficultes|pb|lenteur|lenteurs|defaut|defauts|cause|causes|suite|effet|question|questions|chose|choses|cas|truc|reste|lieu|place|part|peine|roue|sablier|rond|cercle|",
        "mise|maj|version|versions|redemarrage|relance|changement|passage|migration|mutation|bout|cours|face|propos|bord|aide|tps|convocation|procedure|delai|delais|nouvelle|nouvelles|document joint|documents joints|yeux|monde|gens|ville|commune|secteur|region|territoire|contournement|papier|doute|avis|besoin|besoins|attente|impression que|instant|instants|urgence|urgences|vie|risque|risques|gene|impact|plupart|ensemble|totalite|moitie|partie|point|points|facon|maniere|",
        "collaborateur|collaborateurs|chef|responsable|directeur|directrice|formateur|formatrice|stagiaire|stagiaires|eleve|eleves|monsieur|madame|mme|salutations|ambulance|rappel|pagaille|astreinte|sms envoye|garde|typing|reseau|wifi|internet|niveau|sein|photo|photos|capture|captures|copie|copies|pj|image|images|mail|mails|message d erreur|code erreur|rond|damier|croix|sms de|numero de telephone|",
        "aout|janvier|fevrier|mars|avril|mai|juin|juillet|septembre|octobre|novembre|decembre|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|date|dates|signalement|declaration|demande d escalade|escalade|ticket|reponse|reponses|dizaine|quinzaine|vingtaine|peu|quart|demi|quarts|midi|portable|telephone|ligne directe|standard|secretariat|main|mains|nom|prenom|shift|colleague|colleagues|morning|evening|night|error|problem|team|platform|training platform|live platform|test platform|production platform|live system|environment|live environment|workstation|workstations|issue|day|hour|minute|support|button press|mobile|reply|answer|update|phone number|shift team"
    ))
});

/// Heads that say little by themselves.
pub(super) static GENERIC: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "appli|applis|plateforme|plateformes|lien|liens|lecteur|fenetre|fenetres|ecran|ecrans|page|pages|liste|listes|fiche|fiches|dossier|dossiers|portail|application|logiciel|systeme|programme|outil|bouton|boutons|onglet|menu|champ|champs|case|cases|message|messages|appel|appels|affaire|affaires|donnee|donnees|information|informations|",
        "infos|compte|comptes|session|sessions|ligne|lignes|colonne|colonnes|numero|numeros|adresse|adresses|fichier|fichiers|document|documents|valeur|valeurs|texte|acces|affichage|si|tableau|tableaux|resultat|resultats|element|elements|file|files|form|call|calls|list|nombre|son|voix|fonction|touche|clic|icone|piece|pieces|statut|statuts|tout|mot|zone|fond|compteur|couleur|bip"
    ))
});

/// Heads that are how the fault shows: what stands beside them counts more.
pub(super) const SYMPTOMS: &str = "echo|echos|gresillement|gresillements|bruit|bruits|larsen|friture|parasites|souffle|decalage|coupure|coupures|latence|freeze|carre|carres|losange|losanges|caractere|caracteres|bandes|trait|traits|delai|retard|attente|tonalite|tonalites|silence|musique";

/// Verbs and participles that lead a clause without a subject, most in capitals that show no accent.
pub(super) const VERBAL: &str = "constate|constatee|revenu|revenue|retour|recoit|recu|recus|recue|reproduit|teste|testee|verifie|signale|observe|remarque|remarquee|dernier|derniere|joignable|dispo|disponible|redemarre|relance|essaye|arrive|apparu|appeler|rappeler|marche|fonctionne|demande|attendu|attendue|sinon|attention|bref|voila|idem|pareil|pareille|coucou|rebonjour|precision|nb|ps|resume|contexte|exemple|fausse|faux|survenu|survenue";

/// Verbs that can't be nouns, behind a pronoun that looks like an article.
pub(super) const SEES: &str = "recoit|recois|recoivent|recevons|voit|vois|voient|voyons|ouvrent|affichent|perdent|trouvent|entend|entends|entendent|lit|lisent|avait|avaient";

/// Words that say what is wrong, not what with.
pub(super) static FAULTY: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "fige|figee|figes|figees|bloque|bloquee|bloques|bloquees|gele|gelee|vide|vides|blanc|blanche|blancs|blanches|gris|grise|grises|grisee|grisees|noir|noire|noirs|noires|",
        "hs|ko|down|absent|absente|absents|absentes|faux|fausse|fausses|errone|erronee|errones|erronees|perdu|perdue|perdus|perdues|disparu|disparue|disparus|disparues|",
        "inaccessible|inaccessibles|indisponible|indisponibles|impossible|impossibles|inoperant|inoperante|inoperants|defaillant|defaillante|inexistant|inexistante|manquant|manquante|manquants|manquantes|",
        "muet|muette|muets|muettes|lent|lente|lents|lentes|decale|decalee|decales|decalees|double|tronque|tronquee|tronques|tronquees|coupe|coupee|coupes|coupees|inutilisable|inutilisables|introuvable|introuvables|",
        "incomplet|incomplete|incomplets|incompletes|incorrect|incorrecte|incorrects|incorrectes|mauvais|mauvaise|mauvaises|deconnecte|deconnectee|deconnectes|verrouille|verrouillee|verrouilles|",
        "plante|plantee|illisible|illisibles|inverse|inversee|inverses|inversees|duplique|dupliquee|dupliques|refuse|refusee|refuses|refusees|desactive|desactivee|inactif|inactive|inactifs|inactives|",
        "ferme|fermee|fermes|casse|cassee|errone|pareil|concerne|concernee|concernes|concernees|impacte|impactes|identique|normal|normale|normaux|suivant|suivante|instable|instables|fou|folle|fantome|fantomes|broken|missing|empty|frozen|slow|wrong"
    ))
});

/// Words that stand behind a noun as adjectives do, whatever their ending.
pub(super) static APPOSED: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "difficile|difficiles|calme|urgent|urgents|urgente|urgentes|leger|legers|legere|legeres|lourd|lourds|proche|proches|disponible|disponibles|visio|reflexe|reflexes|joint|jointe|joints|jointes|libre|libres|rapide|rapides|externe|externes|interne|internes|sonore|sonores|mobile|mobiles|satellite|radio|texte|tactile|courante|privee|prive|prives|commun|commune|direct|directe|directs|",
        "patient|patients|moyens|bilan|bilans|appel|appels|appelant|appelants|medecin|medecins|secours|secouriste|secouristes|equipage|equipages|antecedents|vehicule|vehicules|garde|adresse|",
        "lits|ambulance|ambulances|pompier|pompiers|utilisateur|utilisateurs|trafic|web|excel|csv|pdf|sms|mail|mails|mel|dossier|dossiers|regulation|client|agents|contact|contacts|photo|photos|video|audio|heure|heures|horaires|stagiaires|stagiaire|formation|",
        "clos|close|closes|rendus|rendu|meteo|vsav|smur|dsa|cps|dmp|ror|sas|cti|sdis|aml|drm|cta|ecg|evasan|helismur|vsl|pdsa|tr|reel"
    ))
});

/// Complements that name no part of a function: whose, when, where.
pub(super) static NO_COMPLEMENT: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "samu|centre|chu|ch|hopital|service|services|matin|nuit|jour|journee|soir|hier|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|",
        "octobre|novembre|decembre|ce|cette|plus|nouveau|facon|maniere|suite|base|salle|semaine|mois|collegue|collegues|confrere|poste|postes|portail|si|production|prod|monsieur|madame|mme|mr|dr|docteur|moi|",
        "nord|sud|ouest|nous|vous|lui|elle|eux|la|les|le|un|une|deux|trois|quatre|cinq|telle|temps|tous|tout|toute|toutes|cote|chez|notre|nos|arm|debut|fin|crra"
    ))
});

/// Heads that name a part of the portal where something belongs to them: « tableau des équipes »,
/// « suivi des ambulances ».
pub(super) static HEADS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "tableau|tableaux|ecran|ecrans|fenetre|fenetres|onglet|onglets|bouton|boutons|liste|listes|carte|cartes|module|modules|volet|bandeau|champ|champs|menu|rubrique|formulaire|formulaires|panneau|vue|vues|tuile|encart|icone|icones|couche|",
        "filtre|filtres|raccourci|colonne|compteur|compteurs|corbeille|file|files|moteur|calque|barre|registre|livret|cahier|carnet|feuille|grille|arbre|catalogue|bibliotheque|historique|journal|flux|modele|modeles|rapport|rapports|",
        "recherche|recherches|export|exports|import|imports|envoi|saisie|transfert|transferts|affichage|impression|calcul|suivi|synchronisation|remontee|transmission|transmissions|creation|cloture|ouverture|fusion|duplication|modification|suppression|validation|enregistrement|enregistrements|sauvegarde|archivage|",
        "affectation|reaffectation|attribution|engagement|declenchement|notification|notifications|alerte|alertes|alarme|alarmes|sonnerie|geolocalisation|localisation|authentification|connexion|deconnexion|verification|recuperation|numerotation|composition|reconnaissance|dictee|",
        "planning|plannings|agenda|calendrier|calculateur|calculette|minuteur|chronometre|chronologie|horodatage|thesaurus|protocole|protocoles|consignes|statistiques|indicateurs|signature|lecture|reecoute|ecoute|conference|rattachement|partage|tri|planification|programmation|generation|consultation|edition|repertoire|annuaire|annuaires"
    ))
});
