package extract

import (
	"fmt"
	"slices"
	"strings"

	"demarche/internal/event"
)

// rule says how a trigger word becomes an event. Rules are data: a rule's name
// stands in the evidence, so that an analyst can look up why an event is there.
type rule struct {
	name string
	typ  event.Type
	// verbs or nouns are the lemmas that trigger the rule. A verb with a
	// particle or preposition is written with an underscore: "call_on".
	verbs, nouns string
	// args maps arguments to roles: "subj=actor obj=target with=party". The
	// arguments are subj, obj, agent (of a passive), poss (possessor), mod
	// (nationality or name right before a noun), any preposition, comp (the
	// subject of a complement clause), and deed (whom "to do" is done to).
	args string
	// object restricts a verb rule to objects with one of these lemmas.
	object string
	// content restricts a verb of saying to what is said: the predicate of its
	// complement, or a word right under it, is one of these lemmas.
	content string
	// needs lists what must hold besides: role names that must be filled, and the
	// conditions that missing explains one by one, such as "two" (two different codes)
	// or "told" (a noun that a verb reports).
	needs string
	// weight is the confidence of a clean match, 0 to 1.
	weight float64
	status event.Status // if the trigger itself says it
	// seeks asks for a target deeper below the trigger than the arguments reach,
	// though the type has none as a rule.
	seeks bool
	// weak rules tell of what is said at an encounter: if the article has told of
	// one between the same, they are evidence of it.
	weak bool
	// voiced rules tell the stance of whoever speaks: of the government whose text it
	// is, or of whom is quoted.
	voiced bool
	// negated rules are fired by what somebody does not do: "did not accede".
	negated bool
	// worried rules tell a feeling that a disaster rouses as well.
	worried bool
}

// What is said, by the stance that it takes.
const (
	accusing = `fail failure lie unacceptable provocative provocation dangerous illegal illegitimate unlawful threaten harm
		violate violation breach aggression aggressor block obstruct undermine destabilize destabilise jeopardize sabotage
		responsible responsibility blame insult disgrace outrageous outrage barbaric brutal brutality cruel cruelty evil
		genocide crime shameful irresponsible hypocritical hypocrisy propaganda hostile unjust inhumane reckless cowardly
		despicable heinous interfere interference meddle disregard abuse oppress oppression corrupt fraud unfair
		unjustified cheat impede prolong exploit escalate mistake harmful
		unprovoked atrocity massacre repression tyranny betray betrayal lie liar terrorist dictator coward threat hinder damage`
	denying = `false untrue unfounded baseless groundless fabricate fabrication nonsense lie wrong ridiculous absurd`
	aiding  = `aid assistance relief support weapon arms ammunition equipment aircraft vehicle food medicine supply fund funding money loan grant
		vaccine training fuel helicopter tank missile billion million vessel shelter water`
	threatening = `attack retaliate retaliation retaliatory strike destroy punish consequence respond bomb invade revenge pay`
	urging      = `must should ought vital crucial essential imperative necessary`
)

// ruleTable holds all rules, by family.
var ruleTable = []rule{
	// Consult
	{name: "consult.meet.remote", typ: event.Call, verbs: "meet confer huddle sit_down", args: "subj=party obj=party with=party between=party", needs: "two remote", weight: .9},
	{name: "consult.meet", typ: event.Meeting, verbs: "meet confer huddle sit_down", args: "subj=party obj=party with=party between=party", needs: "two", weight: .9},
	{name: "consult.meeting.remote", typ: event.Call, nouns: "meeting encounter audience get-together one-on-one", args: "poss=party mod=party subj=party with=party between=party of=party by=party among=party agent=party", needs: "two remote", weight: .8},
	{name: "consult.meeting", typ: event.Meeting, nouns: "meeting encounter audience get-together one-on-one", args: "poss=party mod=party subj=party with=party between=party of=party by=party among=party agent=party", needs: "two", weight: .8},
	{name: "consult.visit", typ: event.Visit, verbs: "visit tour", args: "subj=actor obj=host in=host at=host", needs: "person actor host abroad", weight: .9},
	{name: "consult.travel", typ: event.Visit, verbs: "travel fly arrive head return go come depart land embark touch_down leave_for set_off_for set_out_for", args: "subj=actor to=host in=host at=host for=host", needs: "person actor host abroad", weight: .75},
	{name: "consult.isin", typ: event.Visit, verbs: "@in", args: "subj=actor self=host", needs: "person actor host abroad", weight: .6},
	{name: "consult.attend", typ: event.Visit, verbs: "attend join", object: "ceremony funeral inauguration parade opening event celebration", args: "subj=actor in=host at=host", needs: "person actor host", weight: .5},
	{name: "consult.trip", typ: event.Visit, nouns: "visit trip tour stopover", args: "poss=actor mod=actor by=actor subj=actor of=actor to=host in=host at=host agent=host", needs: "actor host", weight: .8},
	{name: "consult.receive", typ: event.Visit, verbs: "receive welcome greet host", args: "subj=host obj=actor agent=host", needs: "person actor host two abroad", object: "@person", weight: .6},
	{name: "consult.welcome", typ: event.Visit, verbs: "give", object: "welcome reception", args: "subj=host to=actor iobj=actor", needs: "person actor host two", weight: .6},
	{name: "consult.call", typ: event.Call, verbs: "phone telephone call contact", args: "subj=party obj=party", object: "@person", needs: "two", weight: .8},
	{name: "consult.speak", typ: event.Call, verbs: "speak speak_with speak_by speak_to talk_with talk_by speak_on", args: "subj=party with=party to=party", needs: "two person", weight: .7},
	{name: "consult.reach", typ: event.Call, verbs: "reach_out", args: "subj=party to=party", needs: "two person", weight: .6},
	{name: "consult.write", typ: event.Call, verbs: "write_to", args: "subj=party to=party", needs: "two person", weight: .6},
	{name: "consult.conversation", typ: event.Call, nouns: "call conversation phone_call telephone_conversation videoconference teleconference virtual_meeting video_meeting video_call phone_conversation", args: "poss=party mod=party subj=party with=party between=party of=party from=party to=party", needs: "two aimless", weight: .85},
	{name: "consult.talks", typ: event.Talks, nouns: "talks negotiation negotiations consultation consultations", args: "poss=party mod=party subj=party with=party between=party among=party of=party by=party agent=party host=host", needs: "", weight: .8},
	{name: "consult.dialogue", typ: event.Talks, nouns: "dialogue discussion discussions", args: "poss=party mod=party subj=party with=party between=party among=party of=party by=party agent=party host=host", needs: "codes", weight: .7},
	{name: "consult.negotiate", typ: event.Talks, verbs: "negotiate bargain consult parley", args: "subj=party with=party between=party", needs: "two", weight: .8},
	{name: "consult.views", typ: event.Talks, verbs: "exchange hold", object: "view opinion consultation", args: "subj=party with=party", needs: "two", weight: .6, weak: true},
	{name: "consult.discuss", typ: event.Talks, verbs: "discuss", args: "subj=party with=party", needs: "codes", weight: .6, weak: true},
	{name: "consult.gather", typ: event.Summit, verbs: "gather convene", args: "subj=party", needs: "two", weight: .6},
	{name: "consult.summit", typ: event.Summit, nouns: "summit conference session gathering forum", args: "poss=party mod=party subj=party of=party between=party with=party by=party host=host", needs: "told", weight: .7},
	{name: "consult.mediate", typ: event.Mediation, verbs: "mediate", args: "subj=actor agent=actor between=target obj=target in=target", needs: "actor clause", weight: .7},
	{name: "consult.facilitate", typ: event.Mediation, verbs: "facilitate broker sponsor", object: "talk negotiation dialogue agreement ceasefire truce accord settlement peace process plan", args: "subj=actor agent=actor obj.between=target between=target", needs: "actor clause", weight: .6},
	{name: "consult.mediation", typ: event.Mediation, nouns: "mediation good_offices mediation_effort peace_effort peace_initiative mediation_offer", args: "poss=actor mod=actor by=actor of=actor subj=actor between=target", needs: "actor", weight: .7},
	{name: "consult.offer", typ: event.Mediation, verbs: "offer volunteer propose", content: "mediate mediator mediation", args: "subj=actor between=target", needs: "actor", weight: .65, seeks: true, status: event.Occurred},

	// Agree
	{name: "agree.sign", typ: event.Agreement, verbs: "sign ratify conclude ink finalize initial enter endorse join", object: "agreement ceasefire_agreement accord treaty deal memorandum pact contract protocol convention understanding document roadmap arrangement mou settlement declaration framework", args: "subj=party agent=party obj.between=party obj.with=party with=party between=party obj.mod=party", weight: .85},
	{name: "agree.reach", typ: event.Agreement, verbs: "reach strike clinch seal make land complete hammer_out work_out finalize conclude", object: "agreement accord deal pact consensus understanding compromise settlement arrangement formula framework", args: "subj=party agent=party with=party between=party obj.with=party obj.between=party", weight: .85},
	{name: "agree.agree", typ: event.Agreement, verbs: "agree", args: "subj=party with=party", needs: "two deed", weight: .75},
	{name: "agree.noun", typ: event.Agreement, nouns: "agreement accord treaty deal pact memorandum", args: "mod=party between=party with=party poss=party by=party agent=party subj=party", needs: "two", weight: .6},
	{name: "agree.pledge", typ: event.Pledge, verbs: "pledge promise vow commit undertake guarantee assure swear", args: "subj=actor to=target deed=target obj=target", needs: "actor", weight: .75},
	{name: "agree.offer", typ: event.Pledge, verbs: "offer invite volunteer", args: "subj=actor to=target deed=target obj=target", needs: "actor", weight: .7},
	{name: "agree.accept", typ: event.Pledge, verbs: "accept", object: "formula proposal offer plan invitation compromise mediation", args: "subj=actor obj=target agent=actor", needs: "actor", weight: .65},
	{name: "agree.propose", typ: event.Pledge, verbs: "propose", args: "subj=actor to=target with=target", needs: "actor target", weight: .6},
	{name: "agree.propose.talks", typ: event.Pledge, verbs: "propose suggest", object: "talks negotiation dialogue meeting conference summit ceasefire truce timetable exchange", args: "subj=actor to=target with=target obj.with=target", needs: "actor", weight: .6},
	{name: "agree.propose.deed", typ: event.Pledge, verbs: "propose suggest", args: "subj=actor", needs: "actor person verbal", weight: .55},
	{name: "agree.commitment", typ: event.Pledge, nouns: "commitment pledge promise readiness willingness resolve determination", args: "poss=actor mod=actor subj=actor by=actor", needs: "actor told subj", weight: .65},
	{name: "agree.ready", typ: event.Pledge, verbs: "ready committed willing prepared determined", args: "subj=actor", needs: "actor", weight: .6},
	{name: "agree.will", typ: event.Pledge, verbs: "continue help support assist work cooperate provide lead defend protect host maintain pursue strengthen stand ensure deliver send", args: "subj=actor with=target to=target", needs: "actor will named", weight: .5, status: event.Occurred},
	{name: "agree.committed", typ: event.Pledge, verbs: "commit determine dedicate prepare", args: "obj=actor", needs: "actor passive towards", weight: .6, status: event.Occurred},
	{name: "agree.intend", typ: event.Pledge, verbs: "intend plan consider prepare", args: "subj=actor", needs: "actor content", weight: .5, status: event.Occurred},
	{name: "agree.initiative", typ: event.Pledge, verbs: "announce unveil present outline suggest", object: "initiative plan proposal roadmap intention readiness willingness decision programme program conference reform", args: "subj=actor agent=actor to=target", needs: "actor", weight: .6},
	{name: "agree.remain", typ: event.Pledge, verbs: "reaffirm reiterate renew restate confirm emphasize emphasise stress underline underscore", object: "commitment intention readiness willingness resolve determination pledge", args: "subj=actor to=target obj.to=target", needs: "actor", weight: .7},
	{name: "agree.stay", typ: event.Pledge, verbs: "remain_committed remain_determined remain_ready remain_prepared remain_dedicated stay_committed stand_ready", args: "subj=actor to=target", needs: "actor", weight: .65, status: event.Occurred},
	{name: "agree.onesided", typ: event.Pledge, verbs: "agree", args: "subj=actor deed=target", needs: "actor deed", weight: .6},
	{name: "agree.statement", typ: event.Statement, nouns: "joint_statement communique communiqué joint_declaration declaration resolution", args: "subj=party by=party agent=party mod=party between=party", needs: "told subj", weight: .75},
	{name: "agree.statement.several", typ: event.Statement, nouns: "statement", args: "poss=party subj=party by=party agent=party of=party between=party", needs: "two told", weight: .6},
	{name: "agree.adopt", typ: event.Statement, verbs: "adopt pass approve", object: "resolution declaration statement", args: "subj=actor agent=actor", needs: "actor", weight: .85, seeks: true},

	// Peace
	{name: "peace.ceasefire", typ: event.Ceasefire, nouns: "ceasefire cease-fire truce armistice cessation", args: "subj=party mod=party between=party with=party by=party poss=party in=place agent=mediator", needs: "", weight: .8},
	{name: "peace.violation", typ: event.CeasefireViolation, verbs: "violate break breach", object: "ceasefire cease-fire truce armistice", args: "subj=actor agent=actor", needs: "", weight: .85},
	{name: "peace.withdraw", typ: event.Withdrawal, verbs: "withdraw pull_out pull_back pull disarm demobilize evacuate", args: "subj=actor agent=actor", needs: "actor", weight: .75, object: "@forces"},
	{name: "peace.withdrawal", typ: event.Withdrawal, nouns: "withdrawal pullout pullback disarmament demobilization", args: "poss=actor mod=actor of=actor by=actor subj=actor", needs: "actor", weight: .75},
	{name: "peace.release", typ: event.Release, verbs: "release free exchange swap hand hand_over repatriate return let_free", object: "prisoner captive artifact remains crew worker fisherman activist dissident journalist pilgrim peacekeeper volunteer refugee hostage detainee soldier citizen body inmate sailor pilot @person @actor weapon equipment territory land artefact", args: "subj=actor agent=actor obj=target to=target", needs: "actor", weight: .8},
	{name: "peace.release.noun", typ: event.Release, nouns: "release exchange swap", args: "poss=target of=target by=actor subj=actor mod=actor", needs: "actor target", weight: .5},
	{name: "peace.concede", typ: event.Concession, verbs: "lift ease relax suspend remove waive shorten loosen end abolish cancel repeal rescind drop scrap withdraw revoke reverse", object: "sanction embargo restriction blockade curfew ban siege tariff emergency state_of_emergency martial_law penalty boycott limit visa_requirement bill charge curb control fee", args: "subj=actor agent=actor against=target on=target obj.against=target obj.on=target", needs: "actor", weight: .8},
	{name: "peace.allow", typ: event.Concession, verbs: "allow permit grant legalize give", object: "access entry right visit inspection inspector passage permission immunity amnesty autonomy worker observer", args: "subj=actor agent=actor to=target iobj=target obj=target", needs: "actor", weight: .65},
	{name: "peace.permit", typ: event.Concession, verbs: "permit allow authorize", object: "@actor", args: "subj=actor agent=actor obj=target", needs: "actor target content", weight: .6},
	{name: "peace.cede", typ: event.Concession, verbs: "cede relinquish surrender step_down resign yield", args: "subj=actor to=target", needs: "actor", weight: .55},
	{name: "peace.apologize", typ: event.Concession, verbs: "apologize apologise pardon", args: "subj=actor to=target for=target obj=target", needs: "actor", weight: .8},
	{name: "peace.commute", typ: event.Concession, verbs: "commute reduce", object: "sentence prison_sentence death_sentence", args: "subj=actor agent=actor obj.of=target obj.poss=target obj.for=target", needs: "actor", weight: .65},
	{name: "peace.reopen", typ: event.Concession, verbs: "reopen unblock unfreeze unlock", object: "border crossing embassy airport road fund asset account port airspace", args: "subj=actor agent=actor with=target obj.with=target", needs: "actor", weight: .6},
	{name: "peace.open", typ: event.Concession, verbs: "open", object: "border crossing bridge corridor airspace road", args: "subj=actor agent=actor to=target with=target obj.to=target obj.with=target", needs: "actor", weight: .6},
	{name: "peace.permission", typ: event.Concession, verbs: "give grant", object: "permission consent approval clearance autonomy control independence", args: "subj=actor agent=actor to=target iobj=target for=target obj.for=target", needs: "actor", weight: .65},
	{name: "peace.giveup", typ: event.Concession, verbs: "give_in back_down bow_to yield_to accede_to give_up cave_in concede", args: "subj=actor to=target", needs: "actor", weight: .6},
	{name: "peace.accept", typ: event.Concession, verbs: "accept meet fulfil fulfill satisfy", object: "demand condition ultimatum", args: "subj=actor agent=actor from=target obj.from=target obj.of=target obj.poss=target", needs: "actor", weight: .65},
	{name: "peace.calloff", typ: event.Concession, verbs: "call_off suspend end", object: "strike hunger_strike boycott protest campaign", args: "subj=actor agent=actor", needs: "actor", weight: .65},
	{name: "peace.compensate", typ: event.Concession, verbs: "pay offer", object: "compensation reparation", args: "subj=actor agent=actor to=target iobj=target", needs: "actor", weight: .65},
	{name: "peace.apology", typ: event.Concession, verbs: "issue offer make extend express", object: "apology remorse", args: "subj=actor agent=actor to=target for=none obj.to=target", needs: "actor", weight: .75},

	// Cooperate
	{name: "cooperate.praise", typ: event.Support, verbs: "praise hail welcome commend laud applaud thank congratulate support endorse back appreciate salute honor compliment acclaim extol champion honour nominate cheer admire", args: "subj=actor obj=target agent=actor for=none", needs: "actor", weight: .8},
	{name: "cooperate.is", typ: event.Support, verbs: "welcome commendable praiseworthy admirable", args: "subj=target", needs: "actor", weight: .6, voiced: true},
	{name: "cooperate.defend", typ: event.Support, verbs: "defend reassure credit", args: "subj=actor obj=target", needs: "actor target two direct", weight: .6},
	{name: "cooperate.backing", typ: event.Support, nouns: "support solidarity condolence condolences gratitude appreciation congratulations backing endorsement thanks sympathy tribute", args: "subj=actor poss=actor mod=actor for=target with=target to=target agent=actor from=actor", needs: "actor subj", weight: .75},
	{name: "cooperate.stand", typ: event.Support, verbs: "stand_with stand_by side_with unite_with", args: "subj=actor with=target by=target", needs: "actor target", weight: .75, status: event.Occurred},
	{name: "cooperate.wish", typ: event.Support, verbs: "extend send express convey offer voice reaffirm", object: "wish greeting condolence sympathy support solidarity understanding gratitude appreciation confidence thanks satisfaction congratulation congratulations condolences greetings wishes", args: "subj=actor agent=actor to=target with=target obj.to=target obj.with=target obj.for=target", needs: "actor", weight: .8},
	{name: "cooperate.commitment", typ: event.Support, verbs: "reaffirm reiterate renew restate confirm emphasize emphasise stress underline underscore", object: "commitment determination readiness willingness", content: "support assist help", args: "subj=actor", needs: "actor", weight: .7, seeks: true},
	{name: "cooperate.committed", typ: event.Support, verbs: "commit", content: "support", args: "obj=actor", needs: "actor passive", weight: .65, status: event.Occurred, seeks: true},
	{name: "cooperate.condole", typ: event.Support, verbs: "condole mourn sympathize", args: "subj=actor with=target", needs: "actor", weight: .7},
	{name: "cooperate.greet", typ: event.Support, verbs: "wish", args: "subj=actor obj=target iobj=target", needs: "actor target two direct", weight: .6},
	{name: "cooperate.mourning", typ: event.Support, verbs: "announce declare proclaim order decree observe", object: "mourning", args: "subj=actor agent=actor obj.for=target for=target", needs: "actor", weight: .6},
	{name: "cooperate.importance", typ: event.Support, verbs: "emphasize stress underline reaffirm reiterate underscore", object: "importance support", args: "subj=actor obj=target", needs: "actor", weight: .6},
	{name: "cooperate.recognize", typ: event.Recognition, verbs: "recognize recognise", args: "subj=actor obj=target agent=actor", object: "@actor", needs: "actor target two", weight: .75},
	{name: "cooperate.recognize.claim", typ: event.Recognition, verbs: "recognize recognise", object: "sovereignty independence statehood annexation claim victory", args: "subj=actor agent=actor obj.of=target obj.over=target obj.mod=target obj.poss=target", needs: "actor", weight: .7},
	{name: "cooperate.relations", typ: event.Recognition, verbs: "restore establish normalize normalise resume upgrade", object: "relation tie", args: "subj=party agent=party with=party between=party obj.with=party obj.between=party", needs: "", weight: .85},
	{name: "cooperate.accredit", typ: event.Recognition, verbs: "open appoint accredit name send", object: "embassy consulate ambassador charge", args: "subj=actor agent=actor in=target to=target obj.in=target obj.to=target", needs: "actor", weight: .6},
	{name: "cooperate.cooperate", typ: event.Cooperation, verbs: "cooperate collaborate work_together team_up coordinate partner liaise", args: "subj=party with=party", needs: "two", weight: .6},
	{name: "cooperate.strengthen", typ: event.Cooperation, verbs: "increase expand deepen step_up intensify", object: "cooperation trade partnership collaboration", args: "subj=party with=party obj.with=party", needs: "two", weight: .55},
	{name: "cooperate.exercise", typ: event.Cooperation, nouns: "joint_exercise joint_exercises joint_drill joint_drills joint_patrol joint_patrols joint_operation joint_maneuver joint_manoeuvre", args: "mod=party subj=party with=party between=party by=party of=party", needs: "two", weight: .8},
	{name: "cooperate.joint", typ: event.Cooperation, verbs: "hold conduct begin start stage launch share exchange", object: "joint_exercise joint_drill joint_patrol joint_operation joint_maneuver intelligence information evidence expertise data joint_training war_game game maneuver manoeuvre military_exercise exercise drill", args: "subj=party with=party obj.with=party", needs: "actors", weight: .7},
	{name: "cooperate.extradite", typ: event.Cooperation, verbs: "extradite", args: "subj=actor to=target obj.to=target agent=actor", needs: "actor", weight: .8},
	{name: "aid.give", typ: event.Aid, verbs: "provide give send deliver supply donate grant airlift contribute extend disburse offer dispatch deploy ship hand_over hand distribute transfer release", object: "aid assistance relief loan support help peacekeeper peacekeeping_force peacekeeping_troop rescue_team medical_team doctor supply humanitarian_aid credit contribution donation grant euro pound yen vaccine adviser advisor trainer rescuer team food medicine fund funding weapon arms ammunition equipment helicopter tank missile money package dollar million billion supplies tent blanket clothing generator ambulance vehicle aircraft kit $ € £ kg tonne ton rice wheat grain fuel dose ventilator mask firearm rifle gun goods material", args: "subj=actor agent=actor to=target for=target iobj=target obj.to=target obj.for=target", needs: "actor", weight: .75},
	{name: "aid.approve", typ: event.Aid, verbs: "announce allocate authorize approve earmark", object: "aid assistance relief loan support humanitarian_aid credit contribution donation grant euro pound yen fund funding package dollar million billion money $ € £ arms weapon ammunition equipment helicopter tank missile transfer peacekeeper", args: "subj=actor agent=actor to=target for=target iobj=target obj.to=target obj.for=target", needs: "actor", weight: .75},
	{name: "aid.provide", typ: event.Aid, verbs: "provide supply equip furnish arm present", content: aiding, args: "subj=actor obj=target agent=actor", needs: "actor target", weight: .7},
	{name: "aid.rescue", typ: event.Aid, verbs: "rescue evacuate airlift shelter resettle", args: "subj=actor obj=target agent=actor", needs: "actor", weight: .6},
	{name: "aid.fund", typ: event.Aid, verbs: "fund finance bankroll subsidize train", args: "subj=actor obj=target agent=actor", needs: "actor target two direct", weight: .6},
	{name: "aid.refuge", typ: event.Aid, verbs: "accept receive take_in admit host welcome", object: "refugee asylum_seeker evacuee", args: "subj=actor obj=target agent=actor from=target obj.from=target", needs: "actor", weight: .6},
	{name: "aid.noun", typ: event.Aid, nouns: "aid assistance", args: "poss=actor mod=actor from=actor by=actor to=target for=target subj=actor", needs: "actor target two", weight: .5},
	{name: "aid.peacekeepers", typ: event.Aid, verbs: "arrive deploy land", args: "subj=actor in=target to=target", object: "@peacekeepers", needs: "actor target", weight: .65},
	{name: "aid.asylum", typ: event.Aid, verbs: "grant give offer", object: "asylum refuge", args: "subj=actor to=target iobj=target agent=actor", needs: "actor", weight: .8},

	// Verbal conflict
	{name: "request.urge", typ: event.Request, verbs: "urge call_on call_upon appeal_to ask demand request implore beseech exhort", args: "subj=actor obj=target on=target upon=target to=target from=target comp=target agent=actor", needs: "actor", weight: .8},
	{name: "request.call", typ: event.Request, verbs: "call_for press_for insist_on ask_for appeal_for push_for plead_for lobby_for campaign_for", args: "subj=actor on=target agent=actor", needs: "actor", weight: .7},
	{name: "request.seek", typ: event.Request, verbs: "seek request", object: "help aid assistance support asylum refuge extradition access permission clarification explanation apology intervention return release handover", args: "subj=actor from=target in=target obj.from=target obj.of=target", needs: "actor", weight: .6},
	{name: "request.want", typ: event.Request, verbs: "want need", args: "subj=actor obj=target from=target comp=target obj.from=target", needs: "actor target two direct", weight: .5},
	{name: "request.need", typ: event.Request, verbs: "emphasize emphasise stress underline underscore reiterate note highlight raise reaffirm", object: "need necessity urgency", args: "subj=actor agent=actor", needs: "actor", weight: .6},
	{name: "request.reiterate", typ: event.Request, verbs: "reiterate repeat renew make issue voice press present", object: "demand call appeal request", args: "subj=actor agent=actor to=target on=target obj.to=target obj.on=target", needs: "actor", weight: .65, seeks: true},
	{name: "request.encourage", typ: event.Request, verbs: "encourage recommend press push pressure insist plead beg petition lobby entreat", args: "subj=actor obj=target on=target comp=target agent=actor", needs: "actor content", weight: .65},
	{name: "request.say", typ: event.Request, verbs: "@say", content: urging, args: "subj=actor comp=target", needs: "actor target two", weight: .55},
	{name: "request.must", typ: event.Request, verbs: "@must", args: "subj=target obj=none", needs: "actor target", weight: .55, voiced: true},
	{name: "request.unless", typ: event.Request, verbs: "@unless", args: "subj=actor unless=target", needs: "actor target", weight: .6, status: event.Occurred, negated: true},
	{name: "request.noun", typ: event.Request, nouns: "call appeal demand request", args: "poss=actor mod=actor by=actor from=actor subj=actor to=target on=target", needs: "actor subj asking", weight: .5},
	{name: "criticize.verb", typ: event.Criticism, verbs: "criticize criticise condemn denounce accuse blame slam decry deplore lambast rebuke allege censure sue berate chastise blast ridicule mock attack_for assail fault reproach scold chide castigate vilify disparage deride lash_out hit_out admonish complain object_to excoriate", args: "subj=actor obj=target on=target for=none agent=actor comp=target", needs: "actor", weight: .85},
	{name: "criticize.sue", typ: event.Criticism, verbs: "file bring lodge", object: "lawsuit suit complaint case", args: "subj=actor agent=actor against=target obj.against=target", needs: "actor direct", weight: .7},
	{name: "criticize.concern", typ: event.Criticism, verbs: "concerned worried alarmed appalled outraged disappointed dismayed", args: "subj=actor by=target with=target about=target", needs: "actor", weight: .6, worried: true},
	{name: "criticize.concerned", typ: event.Criticism, verbs: "concern alarm appal appall disappoint dismay outrage trouble disturb", args: "obj=actor by=target agent=target about=target at=target with=target", needs: "actor passive", weight: .6, worried: true},
	{name: "criticize.recognize", typ: event.Criticism, verbs: "recognize recognise call declare", object: "genocide massacre", args: "subj=actor obj.by=target by=target", needs: "actor", weight: .55},
	{name: "criticize.voice", typ: event.Criticism, verbs: "express voice raise register", object: "concern doubt alarm outrage regret disappointment objection dismay skepticism anger", args: "subj=actor about=target over=target obj.about=target obj.over=target agent=actor", needs: "actor", weight: .7, worried: true},
	{name: "criticize.say", typ: event.Criticism, verbs: "@say", content: accusing, args: "subj=actor comp=target", needs: "actor target two", weight: .55},
	{name: "criticize.call", typ: event.Criticism, verbs: "call describe characterize characterise label brand term name", content: accusing, args: "subj=actor obj=target comp=target", needs: "actor", weight: .65},
	{name: "criticize.is", typ: event.Criticism, verbs: "unacceptable outrageous deplorable abhorrent appalling reprehensible unconscionable shameful despicable illegal unlawful unjustified horrific intolerable inexcusable", args: "subj=target", needs: "target", weight: .6, voiced: true},
	{name: "criticize.harm", typ: event.Criticism, verbs: "perpetrate inflict undermine destabilize destabilise jeopardize endanger violate persecute oppress repress terrorize exacerbate inflame", args: "subj=target", needs: "target", weight: .6, voiced: true},
	{name: "criticize.bear", typ: event.Criticism, verbs: "bear", object: "responsibility blame guilt", args: "subj=target", needs: "target", weight: .65, voiced: true},
	{name: "criticize.shows", typ: event.Criticism, verbs: "demonstrate show reveal display expose", object: "disregard contempt brutality cruelty cowardice barbarity hypocrisy indifference", args: "subj=target obj.poss=target", needs: "", weight: .6, voiced: true},
	{name: "criticize.noun", typ: event.Criticism, nouns: "criticism condemnation accusation concern outrage indignation", args: "poss=actor mod=actor by=actor from=actor subj=actor of=target against=target", needs: "actor told subj", weight: .55},
	{name: "protest.summon", typ: event.DiplomaticProtest, verbs: "summon recall_in", object: "ambassador charge envoy diplomat consul attache", args: "subj=actor obj=target agent=actor", needs: "actor", weight: .9},
	{name: "protest.lodge", typ: event.DiplomaticProtest, verbs: "lodge file submit send", object: "protest complaint note", args: "subj=actor agent=actor with=target to=target against=target obj.with=target obj.to=target obj.against=target", needs: "actor", weight: .85},
	{name: "investigate.verb", typ: event.Investigation, verbs: "investigate probe indict inspect prosecute convict interrogate question examine search_for", args: "subj=actor obj=target agent=actor into=target", needs: "", weight: .7},
	{name: "investigate.warrant", typ: event.Investigation, verbs: "issue seek", object: "warrant indictment summons subpoena", args: "subj=actor agent=actor for=target obj.for=target against=target obj.against=target", needs: "actor", weight: .8},
	{name: "investigate.sought", typ: event.Investigation, verbs: "seek want", object: "@person", args: "obj=target agent=actor", needs: "actor target passive", weight: .6},
	{name: "investigate.open", typ: event.Investigation, verbs: "open launch begin start order conduct set_up", object: "investigation inquiry probe inspection trial", args: "subj=actor agent=actor into=target obj.into=target obj.of=target against=target", needs: "actor", weight: .75},
	{name: "investigate.send", typ: event.Investigation, verbs: "send dispatch deploy", object: "inspector investigator fact-finding_mission", args: "subj=actor agent=actor to=target into=target", needs: "actor", weight: .65},
	{name: "investigate.charge", typ: event.Investigation, verbs: "charge arraign", args: "subj=actor obj=target agent=actor", needs: "actor target", weight: .65},
	{name: "investigate.charges", typ: event.Investigation, verbs: "file bring press lay", object: "charge", args: "subj=actor agent=actor against=target obj.against=target", needs: "actor", weight: .75},
	{name: "investigate.noun", typ: event.Investigation, nouns: "investigation inquiry probe indictment inspection trial", args: "subj=actor poss=actor mod=actor by=actor of=target into=target agent=actor", needs: "actor subj target", weight: .55},
	{name: "reject.verb", typ: event.Rejection, verbs: "reject refuse deny veto boycott decline rebuff oppose opposed turn_down rule_out spurn resist refute repudiate renounce disavow snub shun rebut renege_on ignore contest dispute", args: "subj=actor obj=target deed=target agent=actor by=actor", needs: "actor", weight: .8},
	{name: "reject.dismiss", typ: event.Rejection, verbs: "dismiss", object: "claim allegation accusation charge idea proposal report suggestion call demand offer criticism threat concern notion warning plan", args: "subj=actor obj=target agent=actor", needs: "actor", weight: .75},
	{name: "reject.call", typ: event.Rejection, verbs: "call describe characterize label brand dismiss", content: denying, args: "subj=actor obj=target comp=target", needs: "actor", weight: .7},
	{name: "reject.say", typ: event.Rejection, verbs: "@say", content: denying, args: "subj=actor comp=target", needs: "actor", weight: .5},
	{name: "reject.fail", typ: event.Rejection, verbs: "fail_cooperate fail_co-operate fail_comply fail_honor fail_implement fail_respect fail_abide fail_accede", args: "subj=actor", needs: "actor", weight: .6},
	{name: "reject.defy", typ: event.Rejection, verbs: "violate breach defy flout ignore disregard", object: "ban resolution law order treaty agreement embargo sanction norm accord deadline call demand appeal ruling", args: "subj=actor agent=actor obj.of=target", needs: "actor", weight: .6},
	{name: "reject.willnot", typ: event.Rejection, verbs: "@willnot", args: "subj=actor", needs: "actor will verb named", weight: .5, status: event.Occurred, negated: true},
	{name: "reject.negated", typ: event.Rejection, verbs: "@not_accept @not_accede @not_recognize @not_recognise @not_comply @not_cooperate @not_allow @not_support @not_back @not_tolerate @not_endorse", args: "subj=actor obj=target with=target to=target", needs: "actor", weight: .55, status: event.Occurred, negated: true},
	{name: "reject.not", typ: event.Rejection, verbs: "@say", content: "@not", args: "subj=actor", needs: "actor denied", weight: .4},
	{name: "reject.end", typ: event.Rejection, verbs: "terminate cancel abandon scrap quit", object: "agreement treaty deal meeting visit talk negotiation summit participation", args: "subj=actor agent=actor with=target obj.with=target", needs: "actor", weight: .7, status: event.Occurred},
	{name: "reject.noun", typ: event.Rejection, nouns: "refusal rejection veto boycott denial", args: "poss=actor mod=actor by=actor subj=actor of=target", needs: "actor", weight: .6},
	{name: "threaten.verb", typ: event.Threat, verbs: "threaten", args: "subj=actor obj=target deed=target agent=actor", needs: "actor", weight: .75},
	{name: "threaten.warn", typ: event.Threat, verbs: "warn", args: "subj=actor obj=target agent=actor comp=target", needs: "actor target opponent", weight: .6},
	{name: "threaten.say", typ: event.Threat, verbs: "@say warn vow", content: threatening, args: "subj=actor comp=target", needs: "actor ahead", weight: .6},
	{name: "threaten.ultimatum", typ: event.Threat, verbs: "issue give set deliver make", object: "ultimatum threat deadline", args: "subj=actor agent=actor to=target obj.to=target against=target obj.against=target for=target iobj=target", needs: "actor", weight: .7},
	{name: "threaten.noun", typ: event.Threat, nouns: "ultimatum threat", args: "poss=actor mod=actor from=actor by=actor subj=actor to=target against=target", needs: "actor subj", weight: .5},

	// Conflict
	{name: "protest.demonstrate", typ: event.Demonstration, verbs: "protest demonstrate rally march riot", args: "subj=actor against=target", needs: "intransitive", weight: .75},
	{name: "protest.stage", typ: event.Demonstration, verbs: "hold stage organize attend join begin launch lead continue resume call", object: "protest demonstration rally strike march sit-in vigil hunger_strike boycott riot", args: "subj=actor against=target obj.against=target obj.anti=target obj.by=actor agent=actor", needs: "", weight: .75},
	{name: "protest.block", typ: event.Demonstration, verbs: "block occupy barricade fill", object: "street road highway square bridge building downtown_street transport traffic access entrance border", args: "subj=actor", needs: "actor crowd", weight: .65},
	{name: "protest.stop", typ: event.Demonstration, verbs: "stop down quit", object: "work tool", args: "subj=actor", needs: "actor crowd", weight: .6},
	{name: "protest.street", typ: event.Demonstration, verbs: "take_to pour_into pour_onto", content: "street", args: "subj=actor against=target", needs: "actor", weight: .7},
	{name: "protest.strike", typ: event.Demonstration, verbs: "go_on", content: "strike hunger_strike", args: "subj=actor", needs: "actor", weight: .7},
	{name: "protest.noun", typ: event.Demonstration, nouns: "protest demonstration rally riot hunger_strike general_strike protest_march sit-in strike_action labor_strike walkout", args: "poss=actor mod=actor by=actor of=actor subj=actor against=target anti=target over=target", needs: "", weight: .5},
	{name: "sanction.impose", typ: event.Sanction, verbs: "impose announce introduce tighten extend renew slap approve expand adopt ban", object: "sanction embargo tariff import export arms_embargo trade_restriction travel_ban suspension asset_freeze duty freeze measure penalty boycott control export_control restrictive_measure cost", args: "subj=actor agent=actor on=target against=target obj.on=target obj.against=target upon=target", needs: "actor", weight: .85},
	{name: "sanction.ban", typ: event.Sanction, verbs: "ban prohibit restrict block curb halt", object: "import export sale trade investment purchase technology transaction shipment good product aid export_license", args: "subj=actor agent=actor from=target to=target on=target obj.from=target obj.to=target", needs: "actor", weight: .75},
	{name: "sanction.designate", typ: event.Sanction, verbs: "designate blacklist", args: "subj=actor obj=target agent=actor", needs: "actor", weight: .6},
	{name: "sanction.status", typ: event.Sanction, verbs: "revoke strip suspend withdraw end", object: "status trade_status preference privilege trade_preference nation_status", args: "subj=actor agent=actor obj.of=target for=target obj.poss=target", needs: "actor", weight: .75},
	{name: "sanction.airspace", typ: event.Sanction, verbs: "close shut", object: "airspace", args: "subj=actor agent=actor to=target for=target obj.to=target", needs: "actor", weight: .75},
	{name: "sanction.noun", typ: event.Sanction, nouns: "sanction sanctions embargo tariff tariffs", args: "poss=actor mod=actor by=actor subj=actor agent=actor from=actor on=target against=target", needs: "actor told", weight: .5},
	{name: "sanction.verb", typ: event.Sanction, verbs: "sanction freeze", args: "subj=actor obj=target agent=actor obj.of=target", needs: "actor", weight: .75},
	{name: "sanction.cut", typ: event.Sanction, verbs: "cut suspend halt cut_off withhold freeze end reduce lower stop", object: "aid assistance support subsidy package funding fund loan export import trade supply asset air_link flight link contact talk negotiation cooperation program programme payment visa", args: "subj=actor agent=actor to=target obj.to=target obj.for=target from=target", needs: "actor", weight: .8},
	{name: "expel.verb", typ: event.Expulsion, verbs: "expel", object: "diplomat ambassador envoy attache official staff inspector worker peacekeeper journalist representative observer personnel mission @person", args: "subj=actor obj=target agent=actor from=none", needs: "actor", weight: .85},
	{name: "expel.recall", typ: event.Expulsion, verbs: "recall withdraw", object: "diplomat ambassador envoy charge mission", args: "subj=actor agent=actor from=target to=target obj.from=target obj.to=target", needs: "actor", weight: .85},
	{name: "expel.suspend", typ: event.Expulsion, verbs: "suspend expel oust", object: "@state", args: "subj=actor obj=target agent=actor", needs: "actor target", weight: .8},
	{name: "expel.leave", typ: event.Expulsion, verbs: "withdraw_from pull_out_of quit leave exit", args: "subj=actor obj=target from=target of=target", needs: "actor body", weight: .65},
	{name: "expel.relations", typ: event.Expulsion, verbs: "sever cut break break_off suspend downgrade cut_off", object: "relation tie membership", args: "subj=actor agent=actor with=target obj.with=target", needs: "actor", weight: .9},
	{name: "expel.embassy", typ: event.Expulsion, verbs: "close shut shutter", object: "embassy consulate mission", args: "subj=actor agent=actor in=target obj.in=target", needs: "actor", weight: .8},
	{name: "mobilize.verb", typ: event.Mobilization, verbs: "mobilize mobilise mass deploy amass station", args: "subj=actor agent=actor obj=none", object: "@forces reservist warship missile jet vehicle system battery artillery reserve carrier", needs: "actor", weight: .7, seeks: true},
	{name: "mobilize.test", typ: event.Mobilization, verbs: "test test-fire launch fire", object: "missile rocket satellite", args: "subj=actor agent=actor over=target", needs: "actor untargeted", weight: .65},
	{name: "mobilize.send", typ: event.Mobilization, verbs: "send move dispatch order place put", object: "troop force soldier warship tank army navy battalion brigade fleet aircraft_carrier military alert reservist", args: "subj=actor agent=actor", needs: "actor", weight: .65, seeks: true},
	{name: "mobilize.alert", typ: event.Mobilization, verbs: "remain stay go stand place put", content: "alert standby", args: "subj=actor obj=actor agent=actor", needs: "actor armed", weight: .6},
	{name: "mobilize.strengthen", typ: event.Mobilization, verbs: "strengthen reinforce bolster beef_up boost increase", object: "force troop presence military_presence garrison patrol security_measure", args: "subj=actor agent=actor", needs: "actor", weight: .6, seeks: true},
	{name: "mobilize.noun", typ: event.Mobilization, nouns: "exercise exercises drill drills buildup mobilization parade", args: "poss=actor mod=actor by=actor subj=actor agent=actor", needs: "actor", weight: .5, seeks: true},
	{name: "coerce.arrest", typ: event.Coercion, verbs: "arrest detain jail imprison evict force_out banish exile hack_into censor blacklist seize confiscate deport ban blockade outlaw sentence hack overthrow oust", args: "subj=actor obj=target agent=actor", needs: "", weight: .75},
	{name: "coerce.close", typ: event.Coercion, verbs: "close revoke shut shut_down suspend restrict", object: "group charity organization party border license licence permit visa office site airspace crossing newspaper station website travel entry account", args: "subj=actor agent=actor", needs: "actor", weight: .65},
	{name: "coerce.prevent", typ: event.Coercion, verbs: "prevent break_up bar ban block forbid disperse", object: "demonstration protest rally march gathering demonstrator protester", args: "subj=actor agent=actor obj.by=target obj=target", needs: "actor", weight: .65},
	{name: "coerce.impose", typ: event.Coercion, verbs: "impose reimpose declare announce extend order tighten", object: "curfew martial_law emergency state_of_emergency blockade siege lockdown censorship ban restriction travel_restriction arrest closure patrol", args: "subj=actor agent=actor on=target in=target obj.on=target", needs: "actor", weight: .65},
	{name: "coerce.cyber", typ: event.Coercion, verbs: "launch conduct carry_out mount", object: "cyberattack cyber-attack cyber_attack cyber_attacks cyberattacks cyber_warfare cyber_operation hack", args: "subj=actor agent=actor on=target against=target obj.on=target obj.against=target", needs: "actor", weight: .8},
	{name: "coerce.force", typ: event.Coercion, verbs: "capture annex occupy seize_control take_over crack_down turn_away besiege evict suppress", args: "subj=actor obj=target agent=actor on=target of=target", needs: "actor", weight: .65},
	{name: "coerce.compel", typ: event.Coercion, verbs: "force compel", content: "turn leave flee retreat withdraw land dock resign move evacuate close divert", args: "subj=actor obj=target agent=actor", needs: "actor target", weight: .6},
	{name: "coerce.turn", typ: event.Coercion, verbs: "turn_back turn_around turn_away push_back disperse crush quash repress impound", args: "subj=actor obj=target agent=actor", needs: "actor target", weight: .6},
	{name: "coerce.noun", typ: event.Coercion, nouns: "arrest detention crackdown blockade coup cyberattack seizure siege", args: "poss=actor mod=actor by=actor subj=actor of=target on=target against=target", needs: "actor", weight: .5},
	{name: "attack.verb", typ: event.Attack, verbs: "attack bomb shell kill strike raid assassinate abduct kidnap ambush invade storm shoot execute bombard shoot_down fire_on hit destroy wound injure murder massacre behead torture stab rape torch burn gun_down blow_up lynch pound slay slaughter assault pelt target_with demolish bulldoze raze set_fire_to beat_up abuse mistreat molest maim", args: "subj=actor obj=target agent=actor on=target at=target", needs: "", weight: .75},
	{name: "attack.fire", typ: event.Attack, verbs: "fire launch shoot lob", object: "missile rocket shell mortar round shot bomb bullet artillery drone", args: "subj=actor agent=actor at=target on=target against=target into=target obj.on=target obj.against=target obj.at=target", needs: "actor aimed", weight: .75},
	{name: "attack.claim", typ: event.Attack, verbs: "claim admit", object: "responsibility attack bombing assault killing shooting raid strike credit", args: "subj=actor agent=actor", needs: "actor", weight: .6},
	{name: "attack.burn", typ: event.Attack, verbs: "set", object: "fire", args: "subj=actor agent=actor to=target obj.to=target", needs: "actor", weight: .6},
	{name: "attack.hostage", typ: event.Attack, verbs: "take hold seize", object: "hostage", args: "subj=actor agent=actor obj=target", needs: "actor", weight: .7},
	{name: "attack.exchange", typ: event.Attack, verbs: "exchange trade", object: "fire gunfire shot artillery_fire", args: "subj=actor with=target obj.with=target", needs: "actor", weight: .7},
	{name: "attack.explode", typ: event.Attack, verbs: "explode detonate go_off", args: "subj=none at=target near=target outside=target", needs: "", weight: .55},
	{name: "attack.launch", typ: event.Attack, verbs: "launch carry_out conduct mount stage carry organize", object: "suicide_attack attack strike airstrike raid offensive assault counter-offensive counteroffensive counterattack counter-attack bombing operation military_operation invasion incursion campaign", args: "subj=actor agent=actor on=target against=target obj.on=target obj.against=target", needs: "actor", weight: .75},
	{name: "attack.clash", typ: event.Attack, verbs: "clash fight battle retaliate fire open_fire", args: "subj=actor with=target against=target obj=target at=target on=target", needs: "armed", weight: .7},
	{name: "attack.noun", typ: event.Attack, nouns: "attack airstrike airstrikes strike bombing assassination assault onslaught offensive raid invasion clash clashes shelling bombardment incursion killing ambush fighting battle abduction", args: "poss=actor mod=actor by=actor subj=actor of=target on=target against=target between=actor agent=actor with=target", needs: "", weight: .5},
}

// argument is one entry of a rule's args: where to look and which role it fills.
type argument struct {
	slot string
	role event.Role // "none" takes part in nothing: it only keeps the slot from others
}

// compiled is a rule made ready for matching.
type compiled struct {
	*rule
	args    []argument
	objects map[string]bool
	content map[string]bool
}

const noRole event.Role = "none"

// conditions are what a rule can need besides roles.
var conditions = wordSet(`two will aimed untargeted aimless denied named remote codes direct abroad opponent asking verb told passive towards clause
	deed content verbal ahead intransitive actors crowd armed body person subj`)

func restrictions(r *rule) int { return min(len(r.object), 1) + min(len(r.content), 1) }

// ruleSet indexes the rules by trigger lemma.
type ruleSet struct {
	verbs, nouns map[string][]*compiled
}

// compile reads the table; a mistake in it is an error that names the rule.
func compile(table []rule) (*ruleSet, error) {
	set := &ruleSet{verbs: map[string][]*compiled{}, nouns: map[string][]*compiled{}}
	roles := map[event.Role]bool{noRole: true}
	for _, r := range event.Words().Roles {
		roles[event.Role(r)] = true
	}
	// A rule that restricts its object or content is more specific than one that
	// does not, and is tried first.
	table = slices.Clone(table)
	slices.SortStableFunc(table, func(a, b rule) int { return restrictions(&b) - restrictions(&a) })
	for i := range table {
		c := &compiled{rule: &table[i], objects: map[string]bool{}, content: map[string]bool{}}
		if _, ok := c.typ.Info(); !ok {
			return nil, fmt.Errorf("rule %s: unknown type %q", c.name, c.typ)
		}
		for _, a := range strings.Fields(c.rule.args) {
			slot, role, ok := strings.Cut(a, "=")
			if !ok || (!roles[event.Role(role)] && role != "place") {
				return nil, fmt.Errorf("rule %s: expected slot=role, got %q", c.name, a)
			}
			if role != "place" {
				c.args = append(c.args, argument{slot, event.Role(role)})
			}
		}
		for _, need := range strings.Fields(c.needs) {
			if !roles[event.Role(need)] && !conditions[need] {
				return nil, fmt.Errorf("rule %s: unknown need %q", c.name, need)
			}
		}
		for _, w := range strings.Fields(c.object) {
			c.objects[w] = true
		}
		for _, w := range strings.Fields(c.rule.content) {
			c.content[w] = true
		}
		for _, w := range strings.Fields(c.rule.verbs) {
			set.verbs[w] = append(set.verbs[w], c)
		}
		for _, w := range strings.Fields(c.rule.nouns) {
			set.nouns[w] = append(set.nouns[w], c)
		}
	}
	return set, nil
}
