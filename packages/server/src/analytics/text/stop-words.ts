/**
 * Words too common to be a topic, as terms are written (NFKC, lower case, `'`); single letters are no terms anyway.
 * Source: the stop lists of the Snowball stemmers (https://snowballstem.org, Copyright (c) 2001 Dr Martin Porter, (c) 2002 Richard Boulton,
 * BSD-3-Clause). Ours: the contractions that chat writes without an apostrophe, and what was left out: words of another language that are
 * also an English word, a name or a command (man, bin, dir, die, dies, hat, …). Each word stands with the first language that has it.
 */
const WORDS: Readonly<Record<string, string>> = {
  english: `
    me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself they them
    their theirs themselves what which who whom this that these those am is are was were be been being have has had having do does did
    doing an the and but if or because as until while of at by for with about against between into through during before after above below
    to from up down in out on off over under again further then once here there when where why how all any both each few more most other
    some such no nor not only own same so than too very can will just don should now i'm you're he's she's it's we're they're i've you've
    we've they've i'd you'd he'd she'd we'd they'd i'll you'll he'll she'll we'll they'll isn't aren't wasn't weren't hasn't haven't
    hadn't doesn't don't didn't won't wouldn't shan't shouldn't can't cannot couldn't mustn't let's that's who's what's here's there's
    when's where's why's how's would could ought it'll that'll there'd ain't im ive dont doesnt didnt isnt cant wont thats whats youre
    theyre`,
  german: `
    aber alle allem allen aller alles als also ander andere anderem anderen anderer anderes anderm andern anderr anders auch auf aus bei
    bis bist da damit dann der des dem das daß derselbe derselben denselben desselben demselben dieselbe dieselben dasselbe dazu dein
    deine deinem deinen deiner deines denn derer dessen dich du diese diesem diesen dieser dieses doch dort durch ein eine einem einen
    einer eines einig einige einigem einigen einiger einiges einmal er ihn ihm es etwas euer eure eurem euren eurer eures für gegen
    gewesen hab habe haben hatte hatten hier hinter ich mich ihr ihre ihrem ihren ihrer ihres euch indem ins ist jede jedem jeden jeder
    jedes jene jenem jenen jener jenes jetzt kann kein keine keinem keinen keiner keines können könnte machen manche manchem manchen
    mancher manches mein meine meinem meinen meiner meines mit muss musste nach nicht nichts noch nur ob oder ohne sehr sein seine seinem
    seinen seiner seines selbst sich sie ihnen sind solche solchem solchen solcher solches soll sollte sondern sonst über um und uns unse
    unsem unsen unser unses unter viel vom von vor während waren warst weil weiter welche welchem welchen welcher welches wenn werde
    werden wie wieder wir wird wirst wo wollen wollte würde würden zu zum zur zwar zwischen`,
  french: `
    au avec ce ces dans de elle en et eux il je la le leur lui ma mais même moi mon ne nos notre nous ou pas qu que qui sa se ses ta te
    tes toi tu un une vos votre vous été étée étées étés étant étante étants étantes suis est sommes êtes sont serai seras serons serez
    seront serais serait serions seriez seraient étais était étions étiez étaient fus fut fûmes fûtes furent sois soit soyons soyez soient
    fusse fût fussions fussiez fussent ayant ayante ayantes ayants eu eue eues eus avons avez ont aurai auras aurons aurez auront aurais
    aurait aurions auriez auraient avais avait avions aviez avaient eut eûmes eûtes eurent aie aies ait ayons ayez aient eusse eusses eût
    eussions eussiez eussent`,
  spanish: `
    el los del las por para una al lo como más pero sus ya este sí porque esta cuando muy sobre también hasta donde quien desde todo
    durante todos uno les ni contra otros ese eso ellos esto mí antes algunos qué unos otro otras otra él tanto esa estos mucho quienes
    nada muchos cual poco ella estar estas algunas algo nosotros mi mis tú ti tus ellas nosotras vosostros vosostras mío mía míos mías
    tuyo tuya tuyos tuyas suyo suya suyos suyas nuestro nuestra nuestros nuestras vuestro vuestra vuestros vuestras esos esas estoy estás
    está estamos estáis están esté estés estemos estéis estén estaré estarás estará estaremos estaréis estarán estaría estarías estaríamos
    estaríais estarían estaba estabas estábamos estabais estaban estuve estuviste estuvo estuvimos estuvisteis estuvieron estuviera
    estuvieras estuviéramos estuvierais estuvieran estuviese estuvieses estuviésemos estuvieseis estuviesen estando estado estada estados
    estadas estad hemos habéis han haya hayas hayamos hayáis hayan habré habrás habrá habremos habréis habrán habría habrías habríamos
    habríais habrían había habías habíamos habíais habían hube hubiste hubo hubimos hubisteis hubieron hubiera hubieras hubiéramos
    hubierais hubieran hubiese hubieses hubiésemos hubieseis hubiesen habiendo habido habida habidos habidas eres somos seamos seáis seré
    serás será seremos seréis serán sería serías seríamos seríais serían éramos erais eran fui fuiste fue fuimos fuisteis fueron fuera
    fueras fuéramos fuerais fueran fuese fueses fuésemos fueseis fuesen sintiendo sentido sentida sentidos sentidas siente sentid tengo
    tienes tiene tenemos tenéis tienen tenga tengas tengamos tengáis tengan tendré tendrás tendrá tendremos tendréis tendrán tendría
    tendrías tendríamos tendríais tendrían tenía tenías teníamos teníais tenían tuve tuviste tuvo tuvimos tuvisteis tuvieron tuviera
    tuvieras tuviéramos tuvierais tuvieran tuviese tuvieses tuviésemos tuvieseis tuviesen teniendo tenido tenida tenidos tenidas tened`,
  italian: `
    allo agli agl alla coi dal dallo dai dagli dall dagl dalla dalle di dello dei degli degl della delle nel nello nei negli nell negl
    nella nelle sul sullo sui sugli sull sugl sulla sulle tra contro lei noi voi loro mio mia miei mie tuo tua tuoi tue suo sua suoi sue
    nostro nostra nostri nostre vostro vostra vostri vostre ci li gli perché anche dov che chi cui più quale quanto quanti quanta quante
    quello quelli quella quelle questo questi questa queste si tutto tutti ho hai abbiamo avete hanno abbia abbiate abbiano avrò avrai
    avrà avremo avrete avranno avrei avresti avrebbe avremmo avreste avrebbero avevo avevi aveva avevamo avevate avevano ebbi avesti ebbe
    avemmo aveste ebbero avessi avesse avessimo avessero avendo avuto avuta avuti avute sono sei siamo siete sia siate siano sarò sarai
    sarà saremo sarete saranno sarei saresti sarebbe saremmo sareste sarebbero ero eri eravamo eravate erano fosti fu fummo foste furono
    fossi fossimo fossero essendo faccio fai facciamo fanno faccia facciate facciano farò farai farà faremo farete faranno farei faresti
    farebbe faremmo fareste farebbero facevo facevi faceva facevamo facevate facevano feci facesti fece facemmo faceste fecero facessi
    facesse facessimo facessero facendo sto stai sta stiamo stanno stia stiate stiano starò starai starà staremo starete staranno starei
    staresti starebbe staremmo stareste starebbero stavo stavi stava stavamo stavate stavano stetti stesti stette stemmo steste stettero
    stessi stesse stessimo stessero stando`,
  portuguese: `
    não uma na mas ao ele seu quando muito já também só pela até isso ela depois sem mesmo aos seus quem esse eles você essa num nem suas
    meu às minha numa pelos elas qual nós lhe deles essas esses pelas dele vocês lhes meus minhas teu teus tuas nosso nossa nossos nossas
    dela delas estes aquele aquela aqueles aquelas isto aquilo estou estão estive esteve estivemos estiveram estava estávamos estavam
    estivera estivéramos esteja estejamos estejam estivesse estivéssemos estivessem estiver estivermos estiverem hei há havemos hão houve
    houvemos houveram houvera houvéramos haja hajamos hajam houvesse houvéssemos houvessem houver houvermos houverem houverei houverá
    houveremos houverão houveria houveríamos houveriam sou são eram foi fomos foram fora fôramos seja sejamos sejam fôssemos fossem formos
    forem serei serão seria seriam tenho tem temos tém tinha tínhamos tinham tive teve tivemos tiveram tivera tivéramos tenha tenhamos
    tenham tivesse tivéssemos tivessem tiver tivermos tiverem terei terá teremos terão teria teríamos teriam`,
  dutch: `
    van ik een hij het niet zijn op aan voor maar om zou mijn dit zo ze zich bij ook mij uit daar haar naar heb heeft hebben deze nog zal
    zij nu ge geen omdat iets worden toch veel meer doen toen moet zonder kan hun dus onder ja eens werd altijd wordt wezen kunnen ons
    zelf tegen kon niets uw iemand geweest`,
};

export const STOP_WORDS: ReadonlySet<string> = new Set(Object.values(WORDS).flatMap((words) => words.trim().split(/\s+/)));
