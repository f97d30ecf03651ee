package dev.keelson.http.mlflow;

import java.util.random.RandomGenerator;

/** Names for runs that come without one: an adjective, a noun and a number. */
final class RunNames {
    private static final String[] ADJECTIVES = (
            "amber ample apt bold brave breezy bright brisk calm candid clever cosy crisp curious dapper daring deft eager "
                    + "earnest easy fair fleet fond frank fresh gentle glad golden grand hardy hazel honest humble jolly keen kind "
                    + "limber lively lucid mellow merry mild modest neat nimble noble patient placid plucky polite proud quick "
                    + "quiet rapid ready rosy rustic serene sharp shiny silver sleek smooth snug sober solid spry steady sturdy "
                    + "sunny swift tidy tranquil trim upbeat vivid warm wise witty zesty")
            .split(" ");
    private static final String[] NOUNS = (
            "anchor badger barque beacon bittern brig buoy capstan clipper compass coot cormorant cove crane current cutter "
                    + "delta dinghy dolphin dory dunlin eider estuary ferry finch fjord galley gannet grebe gull halyard harbour "
                    + "haven heron ibis inlet island jetty kayak kelp ketch kingfisher lagoon lantern ledge lighthouse lugger mast "
                    + "mooring narwhal oar osprey otter pelican petrel pier pilot plover porpoise puffin quay raft reef rigging "
                    + "rudder sail sandbar schooner seal shoal skiff sloop spar squall swan tern tide tiller trawler walrus wharf "
                    + "whimbrel yawl")
            .split(" ");

    private RunNames() {}

    /** A name such as {@code calm-otter-412}. */
    static String random(RandomGenerator random) {
        return "%s-%s-%d"
                .formatted(
                        ADJECTIVES[random.nextInt(ADJECTIVES.length)],
                        NOUNS[random.nextInt(NOUNS.length)],
                        random.nextInt(1_000));
    }
}
