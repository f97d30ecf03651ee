package dev.keelson.registry.tracking;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a file or folder in the tree of artifacts: parts with {@code /} between them, and nothing that any system could
 * read as a way out of a folder. Immutable.
 *
 * <p>Refused are empty names and parts, {@code .} and {@code ..}, a {@code /} at the beginning or end, backslashes, control
 * characters, drives ({@code C:}), names of Windows devices, parts that end in a dot or blank, characters that are no valid
 * Unicode, and names that are too long. So is what becomes one of these, or has other parts, when it is percent-decoded, as
 * often as that changes it, or is brought to the compatibility form of Unicode. A percent sign that encodes nothing may stay.
 *
 * @param text the name as it was given
 */
public record ArtifactPath(String text) implements Comparable<ArtifactPath> {
    /** Most characters of a name. */
    public static final int MAX_LENGTH = 1_024;
    /** Most bytes of a part in UTF-8: what file systems take. */
    public static final int MAX_PART_BYTES = 255;

    private static final int MAX_ROUNDS = 8;
    private static final Pattern DEVICE =
            Pattern.compile("(?:CON|PRN|AUX|NUL|CONIN\\$|CONOUT\\$|COM[0-9\u00b9\u00b2\u00b3]|LPT[0-9\u00b9\u00b2\u00b3]) *(?:[.:].*)?");

    /**
     * A name.
     *
     * @throws KeelsonException UNSAFE_PATH, with what is wrong
     */
    public ArtifactPath {
        String fault = fault(text);
        if (fault != null) {
            throw unsafe(text, fault);
        }
    }

    /**
     * The name that is percent-encoded in an address.
     *
     * @throws KeelsonException UNSAFE_PATH
     */
    public static ArtifactPath encoded(String address) {
        return new ArtifactPath(decodeAddress(address));
    }

    /**
     * A text that is percent-encoded in an address, whatever it says.
     *
     * @throws KeelsonException UNSAFE_PATH if what it encodes is no UTF-8
     */
    public static String decodeAddress(String address) {
        String decoded = decoded(address);
        if (decoded == null) {
            throw unsafe(address, "it encodes bytes that are no UTF-8");
        }
        return decoded;
    }

    /** The folder of an optional text: null for the root, which is null or empty. */
    public static @Nullable ArtifactPath folder(@Nullable String text) {
        return text == null || text.isEmpty() ? null : new ArtifactPath(text);
    }

    /** This one, below a folder. */
    public ArtifactPath below(@Nullable ArtifactPath folder) {
        return folder == null ? this : folder.resolve(text);
    }

    /**
     * What a relative name is of this folder.
     *
     * @throws KeelsonException UNSAFE_PATH
     */
    public ArtifactPath resolve(String relative) {
        return new ArtifactPath(text + "/" + new ArtifactPath(relative).text);
    }

    /** Its last part. */
    public String name() {
        return text.substring(text.lastIndexOf('/') + 1);
    }

    /** The folder it is in; null when that is the root. */
    public @Nullable ArtifactPath parent() {
        int slash = text.lastIndexOf('/');
        return slash < 0 ? null : new ArtifactPath(text.substring(0, slash));
    }

    /** Its parts, at least one. */
    public List<String> parts() {
        return List.of(text.split("/", -1));
    }

    @Override
    public int compareTo(ArtifactPath other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }

    private static @Nullable String fault(String text) {
        if (text.length() > MAX_LENGTH) {
            return "it has %d characters, more than %d".formatted(text.length(), MAX_LENGTH);
        }
        String fault = plainFault(text);
        if (fault != null) {
            return fault;
        }
        int parts = text.split("/", -1).length;
        String current = text;
        for (int round = 0; ; round++) {
            String next = decoded(current);
            if (next == null) {
                return "it encodes bytes that are no UTF-8";
            }
            if (next.equals(current)) {
                return null;
            }
            if (round == MAX_ROUNDS) {
                return "it is encoded more than %d times".formatted(MAX_ROUNDS);
            }
            fault = plainFault(next);
            if (fault != null) {
                return "percent-decoded, " + fault;
            }
            if (next.split("/", -1).length != parts) {
                return "it encodes a /";
            }
            current = next;
        }
    }

    private static @Nullable String plainFault(String text) {
        String fault = literalFault(text);
        if (fault != null || isAscii(text)) {
            return fault;
        }
        String compatible = Normalizer.normalize(text, Normalizer.Form.NFKC);
        String folded = literalFault(compatible);
        if (folded != null) {
            return "in the compatibility form of Unicode, " + folded;
        }
        return compatible.split("/", -1).length == text.split("/", -1).length
                ? null
                : "in the compatibility form of Unicode, it has further parts";
    }

    private static @Nullable String literalFault(String text) {
        if (text.isEmpty()) {
            return "it is empty";
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                return "it has a backslash";
            }
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                return "it has a control character";
            }
            if (Character.isSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
                    return "it has half of a character";
                }
                i++;
            }
        }
        if (text.charAt(0) == '/') {
            return "it is absolute";
        }
        for (String part : text.split("/", -1)) {
            String fault = partFault(part);
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private static @Nullable String partFault(String part) {
        if (part.isEmpty()) {
            return "it has an empty part";
        }
        if (part.equals("..") || part.equals(".")) {
            return "it has the part %s".formatted(part);
        }
        char last = part.charAt(part.length() - 1);
        if (last == '.' || last == ' ') {
            return "a part of it ends in a dot or blank";
        }
        if (part.length() > 1 && part.charAt(1) == ':' && Character.isLetter(part.charAt(0))) {
            return "it names a drive";
        }
        if (DEVICE.matcher(part.toUpperCase(Locale.ROOT)).matches()) {
            return "it names a device of Windows";
        }
        return part.getBytes(StandardCharsets.UTF_8).length > MAX_PART_BYTES
                ? "a part of it has more than %d bytes".formatted(MAX_PART_BYTES)
                : null;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    /** Decodes once; null when the bytes are no UTF-8. */
    private static @Nullable String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        StringBuilder decoded = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            while (i + 2 < text.length()
                    && text.charAt(i) == '%'
                    && hex(text.charAt(i + 1)) >= 0
                    && hex(text.charAt(i + 2)) >= 0) {
                bytes.write(hex(text.charAt(i + 1)) << 4 | hex(text.charAt(i + 2)));
                i += 3;
            }
            if (bytes.size() > 0) {
                try {
                    decoded.append(StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(bytes.toByteArray())));
                } catch (CharacterCodingException e) {
                    return null;
                }
                bytes.reset();
            } else {
                decoded.append(text.charAt(i));
                i++;
            }
        }
        return decoded.toString();
    }

    private static int hex(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    private static KeelsonException unsafe(String text, String fault) {
        return new KeelsonException(
                ErrorCode.UNSAFE_PATH,
                "The artifact path (%s) is refused: %s.".formatted(shown(text), fault),
                "Maybe name it relative to the run, with / between its parts, such as model/weights.bin.");
    }

    /** A text as a message can hold it. */
    private static String shown(String text) {
        String cut = text.length() > 200 ? text.substring(0, 200) + "..." : text;
        return cut.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
