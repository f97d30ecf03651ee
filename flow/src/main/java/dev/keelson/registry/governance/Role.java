package dev.keelson.registry.governance;

import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import java.util.Locale;

/** What a version is to its model, as its aliases and its stage say. */
public enum Role {
    /** It serves: the alias {@code champion} points to it. */
    CHAMPION,
    /** It may come to serve: the alias {@code challenger} points to it, or it is in Staging. */
    CHALLENGER,
    /** Nothing was decided about it yet. */
    EXPERIMENTAL,
    /** It was archived. */
    RETIRED;

    /** As documents spell it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of a version. */
    public static Role of(RegisteredVersion version) {
        if (version.aliases().contains(ModelVersion.CHAMPION)) {
            return CHAMPION;
        }
        if (version.aliases().contains(ModelVersion.CHALLENGER) || version.stage() == Stage.STAGING) {
            return CHALLENGER;
        }
        return version.stage() == Stage.ARCHIVED ? RETIRED : EXPERIMENTAL;
    }
}
