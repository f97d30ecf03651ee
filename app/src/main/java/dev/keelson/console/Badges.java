package dev.keelson.console;

import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.monitor.FeatureDrift;
import dev.keelson.registry.Run;

/** Verdicts as badges, the same word for the same thing on every page. */
final class Badges {
    static final Badge NEVER = new Badge(Level.OFF, "not checked");

    private Badges() {}

    /** A verdict word of a drift, decay or label-shift check. */
    static Badge verdict(String verdict) {
        return switch (verdict) {
            case "alarm" -> new Badge(Level.HIGH, "alarm");
            case "decayed" -> new Badge(Level.HIGH, "decayed");
            case "shifted" -> new Badge(Level.HIGH, "shifted");
            case "warning" -> new Badge(Level.MODERATE, "warning");
            case "insufficient" -> new Badge(Level.UNKNOWN, "too little data");
            case "not_enough_evidence" -> new Badge(Level.UNKNOWN, "not enough evidence");
            case "none" -> new Badge(Level.OK, "none");
            case "stable" -> new Badge(Level.OK, "stable");
            case "off" -> new Badge(Level.OFF, "off");
            default -> new Badge(Level.UNKNOWN, Text.words(verdict));
        };
    }

    static Badge severity(FeatureDrift.Severity severity) {
        return switch (severity) {
            case SEVERE -> new Badge(Level.HIGH, "severe");
            case PERSISTENT -> new Badge(Level.HIGH, "persistent");
            case WARNING -> new Badge(Level.MODERATE, "warning");
            case INSUFFICIENT -> new Badge(Level.UNKNOWN, "too little data");
            case NONE -> new Badge(Level.OK, "none");
        };
    }

    static Badge action(String action) {
        return switch (action) {
            case "promote" -> new Badge(Level.OK, "PROMOTE");
            case "rollback" -> new Badge(Level.MODERATE, "rollback");
            case "reject" -> new Badge(Level.MODERATE, "REJECT");
            case "expired" -> new Badge(Level.MODERATE, "EXPIRED");
            case "hold", "not_yet" -> new Badge(Level.UNKNOWN, "NOT YET");
            default -> new Badge(Level.OFF, action);
        };
    }

    static Badge status(Run.Status status) {
        return switch (status) {
            case FINISHED -> new Badge(Level.OK, "finished");
            case RUNNING -> new Badge(Level.UNKNOWN, "running");
            case SCHEDULED -> new Badge(Level.UNKNOWN, "scheduled");
            case FAILED -> new Badge(Level.HIGH, "failed");
            case KILLED -> new Badge(Level.HIGH, "killed");
        };
    }
}
