package dev.keelson.wiring;

import dev.keelson.registry.spi.RetentionTransaction.Referrer;
import dev.keelson.registry.spi.RetentionTransaction.TextReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds in texts the ids of runs and the hashes of files that must stay because something speaks of them. A run is meant by its
 * id, or by a beginning of it of at least {@value #SHORTEST} letters and digits, however it is written: in an address, in JSON,
 * percent-encoded. It is meant rather too often than once too seldom.
 */
final class Mentions implements TextReader {
    private static final int SHORTEST = 8;
    private static final int HASH = 64;

    private final TreeMap<String, String> plain = new TreeMap<>();
    private final Map<String, String> odd = new LinkedHashMap<>();
    private final Map<String, String> mentioned = new LinkedHashMap<>();
    private final Set<String> hashes;

    /**
     * @param runs ids to look for
     * @param hashes to look for; what is found is taken out
     */
    Mentions(Collection<String> runs, Set<String> hashes) {
        for (String run : runs) {
            String lower = run.toLowerCase(Locale.ROOT);
            (lower.chars().allMatch(Mentions::isPlain) ? plain : odd).put(lower, run);
        }
        this.hashes = hashes;
    }

    /** Runs that something speaks of, and what that is, for people. */
    Map<String, String> mentioned() {
        return mentioned;
    }

    @Override
    public void read(Referrer referrer, String what, String text) {
        String why = "%s (%s)".formatted(referrer.words(), what);
        String lower = text.toLowerCase(Locale.ROOT);
        find(why, lower);
        if (lower.indexOf('%') >= 0) {
            try {
                find(why, URLDecoder.decode(lower, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                return; // a percent sign that encodes nothing: the text as it is was read
            }
        }
    }

    private void find(String why, String text) {
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean inside = i < text.length() && isPlain(text.charAt(i));
            if (inside && start < 0) {
                start = i;
            } else if (!inside && start >= 0) {
                word(why, text.substring(start, i));
                start = -1;
            }
        }
        odd.entrySet().removeIf(each -> text.contains(each.getKey()) && found(each.getValue(), why));
    }

    private void word(String why, String word) {
        if (word.length() == HASH) {
            hashes.remove(word);
        }
        String run = plain.remove(word);
        if (run != null) {
            found(run, why);
        }
        if (word.length() < SHORTEST) {
            return;
        }
        Iterator<Map.Entry<String, String>> longer = plain.tailMap(word).entrySet().iterator();
        while (longer.hasNext()) {
            Map.Entry<String, String> each = longer.next();
            if (!each.getKey().startsWith(word)) {
                return;
            }
            found(each.getValue(), why);
            longer.remove();
        }
    }

    private boolean found(String run, String why) {
        mentioned.put(run, why);
        return true;
    }

    private static boolean isPlain(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    }
}
