package language

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOf(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", "en"},
		{"Talks.", "en"},
		{"Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo.", "en"},
		{"Norwegian Foreign Minister Borge Brende met Chilean Foreign Minister Heraldo Munoz in Oslo on Thursday.", "en"},
		{"Ministro de la Paz: Juan de la Cruz and Ana de los Santos meet in Santiago de los Caballeros.", "en"},
		{"Ulkoministeri tapasi torstaina Helsingissä norjalaisen virkaveljensä, jonka kanssa hän keskusteli sodasta ja rauhasta sekä siitä, miten neuvotteluja voitaisiin jatkaa ensi viikolla Genevessä ilman ennakkoehtoja. Ministeri kertoi toimittajille, että keskustelut olivat olleet hyödyllisiä ja että seuraava tapaaminen järjestetään todennäköisesti maaliskuussa Oslossa.", "fi"},
		{"Kuala Lumpur, Jakarta, Manila: foreign ministers Anifah Aman, Retno Marsudi, Perfecto Yasay meet", "en"},
		{"The ministers said that they would meet again in Geneva after the talks with Russia.", "en"},
		{"Der deutsche Außenminister traf am Donnerstag seinen norwegischen Kollegen in Berlin und sprach mit ihm über den Krieg.", "de"},
		{"Le ministre des Affaires étrangères a rencontré jeudi à Paris son homologue chilien, avec qui il a parlé de la guerre.", "fr"},
		{"El ministro de Asuntos Exteriores se reunió el jueves en Madrid con su homólogo chileno para hablar sobre la guerra.", "es"},
		{"Министр иностранных дел встретился в четверг в Москве со своим коллегой.", "ru"},
		{"Министры встретились в Москве в четверг", "ru"},
		{"التقى وزير الخارجية نظيره في دمشق يوم الخميس وتحدثا عن الحرب", "ar"},
		{"外交部长星期四在北京会见了挪威外交大臣", "zh"},
		{strings.Repeat("Der Minister sagte, dass der Krieg am Donnerstag nicht beendet wird. ", 500), "de"},
	}
	for _, tt := range tests {
		if got := Of(tt.text); got != tt.want {
			t.Errorf("%.40q: %s, want %s", tt.text, got, tt.want)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("Der Minister sprach.")
	f.Add("\xff\x80")
	f.Fuzz(func(t *testing.T, text string) {
		code := Of(text)
		if len(code) < 2 || len(code) > 3 || !utf8.ValidString(code) {
			t.Errorf("%q: %q", text, code)
		}
	})
}
