package dev.keelson.simulate;

import java.util.ArrayList;
import java.util.List;

/**
 * Invented, town-like team names: stems and endings in the flavour of the division's language. No name occurs in two divisions.
 */
final class TeamNames {

    private record Flavour(List<String> stems, List<String> endings, List<String> before, List<String> after) {}

    private static final Flavour ENGLISH = new Flavour(
            List.of(
                    "Alder", "Brack", "Cold", "Dray", "Elm", "Fenn", "Garr", "Hest", "Ilk", "Kel", "Lang", "Marl", "Nether",
                    "Ott", "Penn", "Quarr", "Rud", "Sedge", "Thorn", "Wen"),
            List.of("bury", "combe", "dale", "den", "ford", "ham", "ley", "mere", "mouth", "port", "shaw", "worth"),
            List.of(""),
            List.of("", "", "", " Town", " United", " Rovers"));

    private static final Flavour SPANISH = new Flavour(
            List.of(
                    "Alba", "Bena", "Cala", "Duero", "Esca", "Fuente", "Guarda", "Hondo", "Isla", "Lora", "Mira", "Nava",
                    "Olmo", "Pena", "Quinta", "Rama", "Sierra", "Torre", "Umbra", "Zarza"),
            List.of("celo", "dorre", "fresno", "llano", "mora", "negro", "pinar", "queda", "rejo", "sanz", "tierra", "vega"),
            List.of("", "", "", "CD "),
            List.of(""));

    private static final Flavour ITALIAN = new Flavour(
            List.of(
                    "Bagn", "Carsel", "Dolc", "Erb", "Ferr", "Gort", "Lamb", "Mont", "Novar", "Orvell", "Padr", "Quarn",
                    "Ros", "Sant'Or", "Trev", "Urs", "Verz", "Volt", "Zagh", "Colm"),
            List.of("ano", "anza", "avia", "ello", "enza", "etto", "igno", "ino", "olfo", "onte", "uria", "usso"),
            List.of(""),
            List.of(""));

    private static final Flavour GERMAN = new Flavour(
            List.of(
                    "Alt", "Brun", "Dorn", "Eich", "Fels", "Grau", "Hald", "Isen", "Kalt", "Lind", "Moos", "Neu", "Ost", "Rot",
                    "Stein", "Tann", "Unter", "Wald", "Weiss", "Ziel"),
            List.of("acker", "bach", "berg", "bruck", "dorf", "feld", "hagen", "kirch", "rode", "stedt", "tal", "walde"),
            List.of("", "", "", "FC "),
            List.of(""));

    private TeamNames() {}

    /** All names of a division, 240 of them, in an order that the stream decides; neighbours have different stems. */
    static List<String> shuffled(String division, RandomStream random) {
        Flavour flavour = switch (division) {
            case "E0" -> ENGLISH;
            case "SP1" -> SPANISH;
            case "I1" -> ITALIAN;
            case "D1" -> GERMAN;
            default -> throw new IllegalArgumentException(
                    "division (%s) must be one of %s.".formatted(division, Division.CODES));
        };
        int stems = flavour.stems.size();
        int endings = flavour.endings.size();
        int[] stemOrder = random.permutation(stems);
        int[][] endingOrder = new int[stems][];
        for (int i = 0; i < stems; i++) {
            endingOrder[i] = random.permutation(endings);
        }

        List<String> names = new ArrayList<>(stems * endings);
        for (int round = 0; round < endings; round++) {
            for (int stem : stemOrder) {
                names.add(pick(flavour.before, random)
                        + flavour.stems.get(stem)
                        + flavour.endings.get(endingOrder[stem][round])
                        + pick(flavour.after, random));
            }
        }
        return names;
    }

    private static String pick(List<String> choices, RandomStream random) {
        return choices.get(random.index(choices.size()));
    }
}
