"""The words by which personal data is recognised in text: names, titles, streets, plates, months.

Word lists only, in lower case, so that a city can read them and say which word is missing. They are
common words and common names; nobody in particular is meant.
"""

from __future__ import annotations

import re
from typing import NamedTuple


def words_of(text: str) -> frozenset[str]:
    """The words of a list written as running text.

    Example:
        >>> sorted(words_of("pak bu"))
        ['bu', 'pak']
    """
    return frozenset(text.split())


TITLES = words_of(
    """
    bapak bpk pak ibu bu sdr sdri saudara saudari tn tuan ny nyonya nn mas mbak kak kakak bang abang haji hajah
    hajjah hj ust ustad ustadz ustaz ustadzah kh kyai kiai dr drg drs dra ir mr mrs ms miss prof
    """
)
"""Words that stand before a name."""

INTRODUCTIONS = words_of("nama bernama nm behalf named name an")
"""Words that announce a name."""

WEAK_CUES = words_of("saya kata oleh sama pelapor contact im m am is this tetangga manager owner")
"""Words before which a name is usual only if it is also a common given name."""

SIGN_OFFS = words_of("kasih makasih hormat salam regards thanks sincerely wassalam")
"""Words that close a letter, before the name of the writer."""

ROLES = words_of(
    """
    gubernur wagub walikota wali bupati lurah camat rt rw presiden menteri kepala ketua wakil kapolsek kapolres
    polisi satpam guru dokter bidan kader sekda sekretaris petugas sopir direktur manajer admin kades sekcam
    seklur haji hajah kyai ustadz dewan komandan danramil babinsa bhabinkamtibmas president governor mayor
    manager director
    """
)
"""Offices that follow a title; a name may follow in turn (`Pak Lurah Hendra`)."""

NOT_NAMES = (
    TITLES
    | words_of(
        """
    ada adalah agar akan aku anak anda apa apakah apotek assalamualaikum atas atau bagaimana bagian bahwa balita
    bansos bantu bantuan banyak baru belum bentuk bersama biro blok bukan buka bulan cek covid dalam dan dapat
    dari demi dengan depan di dinas disnaker disnakertrans dki dll dua gang gedung ga gak hamil hanya hari harus
    hukum ini indonesia itu jakarta jadi jaki jakbar jakpus jaksel jaktim jakut jalan jangan jago jika jl jln
    juga kafe kali kami kampung kantin kantor kapan karena kawin ke kecamatan kelurahan kemarin kenapa kepada
    ketika kita komplek korban kota kasih kuliah lagi laporan lalu lewat lokasi maaf maka mall masih masjid
    masker mau mengapa menyusui minta mohon nama nomor nya oleh orang pabrik pada pagi para parkir pasar pejabat
    pelapor pembina pemda pemilik pemkot pemprov pengelola perlu pertiwi petugas pkk pns polda polres polri
    polsek posko proyek psbb puskesmas putih rakyat restoran rs rsud rumah rupiah saat saja salon sama sampai
    sana satgas satpol saya sebelah sebuah sedang segera sekarang sekolah selaku selalu selamat semoga semua
    seorang seperti serta siapa silakan sini situ smp sma sudah sudin suku supaya tanggal tapi taman tamu tangga
    telah tentang terhormat terima tetap tidak tiri toko tolong tua tukang tetangga untuk utara timur barat
    selatan pusat tengah usaha waktu walau wanita warga warung yang yth januari februari maret april mei juni
    juli agustus september oktober november desember senin selasa rabu kamis jumat sabtu minggu a about after
    all and are as at bar because boston but by city company council county dear department district do doctor
    does during everyone for from has have he health her his hospital hotel how i if in is it its management
    metro my nashville new no not nurse of office on or our out park please police restaurant room school she
    signs since so state store street team that the their there they this to today tomorrow was we were what
    when where which who why with york you your january february march may june july august october december
    monday tuesday wednesday thursday friday saturday sunday appointment appointments
    """
    )
) - {"april", "may"}
"""Words that are not a name even where a title stands before them and a capital begins them."""

PLACE_CUES = words_of(
    """
    jl jln jalan gg gang rs rsu rsud rsia rsup masjid musala pasar stasiun halte taman sd sdn smp smpn sma sman
    smk universitas gedung terminal museum bandara klinik apotek hotel stadion jenderal jend letjen kapten kh
    street st avenue hospital school university stadium
    """
)
"""Words after which a name is the name of a place."""

SURE_NAMES = words_of(
    """
    abdul achmad ahmad asep agus bambang basuki dadang dedi didik djoko edi eko hendra hendro heri herman heru irwan
    iwan joko kusno mochamad mohamad mohammad muhamad muhammad mulyadi mulyono ngatini nurhayati nurjanah parman
    purnomo purwanto rizal rizki rudi siti slamet sugeng sugiarto sugiyono suharti suherman sukardi sulastri sumarni
    sumiati suparman suparno supriyadi supriyanto susilo sutrisno suyanto tatang tuti udin wahyudi wahyuni wawan
    widodo winarti wiwik yanto yati yuliana yusuf
    aaron albert alex alice amy andrea andrew angela anthony barbara benjamin betty brenda brian bruce carolyn
    catherine charles cheryl christina christine christopher cynthia david deborah debra dennis diane donald dorothy
    douglas edward elizabeth emily emma eric evelyn gary george gerald gloria gregory hannah heather helen henry
    jacob jacqueline james janet janice jason jeffrey jennifer jeremy jerry jessica joan joe john jonathan jose
    joseph joshua joyce judith judy julie justin karen katherine kathleen keith kenneth kevin kimberly larry laura
    lauren lawrence linda lisa louis margaret maria marie marilyn martha matthew megan melissa michael michelle mike
    nancy nathan nicholas nicole olivia pamela patricia patrick paul peter philip rachel ralph raymond rebecca
    richard robert roger ronald russell ruth ryan samantha samuel sandra sarah scott sean sharon shirley simon sophia
    ben bob chris dan dave debbie greg jeff jim kate kathy ken liz mark matt nick pat ron sam steve sue tim tom tony
    stephanie stephen steven susan teresa terry theresa thomas timothy trevor tyler vincent walter william
    """
)
"""Given names that are hardly ever another word or the beginning of a place: a further capital makes them a name."""

GIVEN_NAMES = (
    words_of(
        """
    aan abdul abdullah achmad ade adelia adi adit aditya agung agus agustina ahmad aisyah ajeng akbar alamsyah
    aldi aldo ali alif alya amalia amanda ambar amelia amin amir amirudin ana anang andhika andi andika andini
    andre andri andy angga anggi anggraini ani anisa anita anton ardi ardiansyah ari arief arif arifin aris arya
    asep asih astri astuti aulia ayu aziz bagas bagus bahrudin bambang basuki bayu bella benny bima bintang budi
    budiman cahya cahyono candra cecep chandra citra cucu dadan dadang dani daniel darma darmawan dedi dede deni
    denny desi desy dewa dewi dharma dhika dian diana didik didin dika dimas dina dini dinda diyah djoko doni
    dony dudung dwi dyah eddy edi edo edy eka eko elis ella endah endang eni erna erni erwin esti euis eva fahmi
    fahri faisal faizal fajar farhan farida farid fatimah fauzan fauzi febri feri ferry fika firman firmansyah
    fitri fitria fitriani galang galih galuh gilang gita gunawan hadi hafiz halimah hamid hana handoko hani hari
    hariyanto harry hartati hartini hartono harun haryanto hasan hasanah hasanudin hendra hendri hendro heni
    henny heri herlina herman hermawan herry hesti heru hilda ida iis ika ikhsan ilham imam imas ina indah indra
    indri intan ira irfan irma irwan isna iswanto ita iwan jajang jamal jamaludin jaya joko joni jono juli julia
    juliana juminten jumiati kadek kardi karsono karta kartika kartini karto karyadi kasih khairul khoirul
    komang komarudin krisna kurnia kurniawan kusno lani laras lasmi latif lestari lia lilis lina linda lisa
    luluk lutfi mahmud maman mansur mardi maria mariam marni maryam maryati maryono mawar maya mega meli meilani
    melati mia mila mira misbah mochamad mohamad mohammad muhamad muhammad muhidin mujiono mulyadi mulyana
    mulyani mulyono murni mustafa nabila nadia naila nana nanang nani nasir nasrudin neneng neng ngatini
    ngatiyem ni nia niken nina ningsih nita noor nova novi novia novita nugraha nugroho nur nuraini nurdin
    nurhayati nuri nurjanah nurul oki oktavia pandu parman parno paijo paimin ponirah poniman prabowo prasetyo
    pratama pratiwi purnomo purwanto putra putri putu raden rafi rahma rahman rahmat rahmawati raka rama
    ramadhan ramli rangga rani ratih ratna ratu reni reno retno reza rian ricky ridwan rifki rika rina rini rio
    risa riska rita rizal rizki rizky robby rohman rohmat rohana roni rosa rosita rudi rudy rukmini rully ruslan
    rusdi rusli sabar saiful salim salma samsul samsudin sandi santi santoso sari sarah sartika sarwono satria
    selvi septi setiawan setyo shinta sigit sinta siska siti slamet soleh sri subagyo subur sugeng sugiarto
    sugianto sugiono sugiyono suharti suhartono suharto suherman sujono sukardi sukarno sulastri sulistyo
    sumarni sumarno sumiati sumiyati sunarti sunarto sunaryo suparman suparno supriadi supriyadi supriyanto
    supri surya suryadi suryani suryono susanti susanto susi susilo suswanto sutini sutrisno suwarno suyanto
    suyono syahrul syaiful syamsul syarif syifa tari taufan taufik tatang tati teddy tedi teguh titi titin tono
    toni tri triyono tuti ucok udin ujang umar umi untung usman vera vina vita wahid wahyu wahyudi wahyuni
    warsito wati wawan wayan wibowo widi widodo widya wiji wijaya winarno winarti wiwik wiwin wulan wulandari
    yani yanti yanto yanuar yati yayan yayuk yogi yohanes yosef yudha yudi yuli yulia yuliana yulianti yunita
    yuni yusuf zainal zainab zaenal zahra zaki zulfikar aaron adam alan albert alex alice amy andrea andrew
    angela ann anna anne anthony barbara benjamin betty brandon brenda brian bruce carl carol carolyn catherine
    charles cheryl christina christine christopher cynthia david deborah debra dennis diane donald donna dorothy
    douglas edward elizabeth emily emma eric evelyn frances frank gary george gerald gloria greg gregory hannah
    harold heather helen henry jack jacob jacqueline james janet janice jason jean jeffrey jennifer jeremy jerry
    jessica joan joe john jonathan jose joseph joshua joyce judith judy julie justin karen katherine kathleen
    keith kelly kenneth kevin kimberly kyle larry laura lauren lawrence leo lori louis madison margaret marie
    marilyn martha martin mary matthew megan melissa michael michelle mike nancy nathan nicholas nicole noah
    olivia pamela patricia patrick paul peter philip rachel ralph randy raymond rebecca richard robert roger
    ronald roy russell ruth ryan samantha samuel sandra sara scott sean sharon shirley simon sophia stephanie
    stephen steven susan teresa terry theresa thomas timothy trevor tyler victoria vincent virginia walter wayne
    william
    """
    )
    | SURE_NAMES
) - {"bagus", "kasih", "hari", "jaya", "ratu", "sabar", "ni"}
"""Common given names, Indonesian and English; needed only where capitals do not help."""

AFTER_PLACES = words_of(
    """
    street st avenue ave road rd boulevard blvd lane ln drive square sq circle court park school hospital golf house
    bridge playground field church center centre library elementary high middle college university building way
    station terrace raya barat timur utara selatan luther
    """
)
"""Words after a name that make it the name of a place."""

FAMILY_NAMES = GIVEN_NAMES | words_of(
    """
    siregar nasution harahap lubis simanjuntak sitompul hutapea panjaitan sihombing situmorang manurung
    tampubolon sinaga ginting sembiring tarigan pasaribu batubara saragih simatupang silalahi hidayah hidayat
    hakim halim permana permata perdana kusuma kusumawati maulana mahendra nurhidayat saputra saputri safitri
    syahputra utama utami utomo wardana wardhana wijayanto winata wirawan yuliani atmaja atmojo gunadi
    hutagalung iskandar lesmana oktaviani prakoso puspita puspitasari rachman ramadhani hermansyah smith johnson
    williams brown jones miller davis wilson anderson taylor moore jackson harris thompson robinson lewis clark
    walker allen wright hill nelson baker mitchell roberts phillips evans parker edwards collins stewart morris
    rogers reed cook morgan bell murphy bailey cooper richardson cox howard ward peterson
    """
)
"""Common second names, with the given ones, which serve as second names too."""

PROVINCES = words_of(
    """
    11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94
    95 96
    """
)
"""The provinces' two digits at the head of an Indonesian identity number (Ministry of Home Affairs)."""

PLATE_AREAS = words_of(
    """
    a aa ab ad ae ag b ba bb bd be bg bh bk bl bm bn bp d da db dc dd de dg dh dk dl dm dn dp dr ds dt dw e ea
    eb ed f g h k kb kh kt ku l m n p pa pb pg ps pt pv r s t w z
    """
)
"""The letters at the head of an Indonesian vehicle plate."""

NOT_ON_PLATES = words_of(
    "di ke dan yg ini itu pas org jam lbh tdk sdh udh ada rb jt rp no rt rw "
    "cm cc gb gr hp kb kg km kva kw kwh lt mb mg ml mm mw pk ps tb v w wib wit wita am pm iu va"
)
"""Short words, units and hours, which look like the last letters of a plate."""

STREET_STOPS = words_of(
    """
    ada adalah agar akan antara atau banjir banyak belum berlubang buka bukan dan dari dekat dengan depan di
    dikarenakan hingga ini itu jam juga karena ke ketika lagi macet masih menuju menit mohon oleh pada padahal
    pukul rusak saat saja sampai samping saya sebelah sejak sekitar sudah tanpa tapi tempat tetap tidak tolong
    untuk yang jam rumah pos
    """
)
"""Words that cannot be part of a street's name: there the search for a house number ends."""

MONTHS = words_of(
    """
    januari februari maret april mei juni juli agustus september oktober november desember january february
    march may june july august october december jan feb mar apr jun jul agu agt aug sep sept okt oct nov des dec
    """
)
"""The months, in both languages."""


class Candidate(NamedTuple):
    """A stretch of text that a rule holds to be personal data: `[start, end)` in code points."""

    start: int
    end: int
    kind: str


class Reading(NamedTuple):
    """One text, prepared once for every rule; each form has the length of the original."""

    text: str
    lowered: str
    words: frozenset[str]


# One sign for one sign, so that offsets stay: a phone number pasted from a web page has no-break spaces and dashes,
# one typed on a phone in another script has other digits. The dotted capital I is the only letter whose small form
# is longer than itself.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\uff0d", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc", "'"),
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        "\uff0b": "+",
        "\uff20": "@",
        "\u0130": "I",
    }
)
_WORD = re.compile(r"[a-z]+")


def read(text: str) -> Reading:
    """A text prepared for the rules.

    Example:
        >>> sorted(read("HP Pak\u00a0Budi: 0812\u20110000").words)
        ['budi', 'hp', 'pak']
        >>> read("0812\u20110000").text
        '0812-0000'
    """
    plain = text if text.isascii() else text.translate(_PLAIN)
    lowered = plain.lower()
    return Reading(plain, lowered, frozenset(_WORD.findall(lowered)))
