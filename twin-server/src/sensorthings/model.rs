//! The eight entity sets of the sensing profile with their properties and relations (OGC 18-088, clause 8).

/// An entity set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Set {
    /// What is observed or bears sensors: a device, or whatever a client made.
    Thing,
    /// Where a thing is.
    Location,
    /// Where a thing was.
    HistoricalLocation,
    /// Observations of one property by one sensor of one thing.
    Datastream,
    /// What measures.
    Sensor,
    /// What is measured.
    ObservedProperty,
    /// One measurement.
    Observation,
    /// What a measurement is about.
    FeatureOfInterest,
}

/// A relation from one set to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Navigation {
    /// Name, singular if it leads to one entity.
    pub name: &'static str,
    /// Where it leads.
    pub to: Set,
    /// Whether it leads to many.
    pub many: bool,
}

const fn one(name: &'static str, to: Set) -> Navigation {
    Navigation { name, to, many: false }
}

const fn many(to: Set) -> Navigation {
    Navigation { name: to.plural(), to, many: true }
}

impl Set {
    /// All sets, in the order of the service document.
    pub const ALL: [Self; 8] = [
        Self::Thing,
        Self::Location,
        Self::HistoricalLocation,
        Self::Datastream,
        Self::Sensor,
        Self::ObservedProperty,
        Self::Observation,
        Self::FeatureOfInterest,
    ];

    /// Name of the set.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Thing => "Things",
            Self::Location => "Locations",
            Self::HistoricalLocation => "HistoricalLocations",
            Self::Datastream => "Datastreams",
            Self::Sensor => "Sensors",
            Self::ObservedProperty => "ObservedProperties",
            Self::Observation => "Observations",
            Self::FeatureOfInterest => "FeaturesOfInterest",
        }
    }

    /// Name of one entity.
    #[must_use]
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Thing => "Thing",
            Self::Location => "Location",
            Self::HistoricalLocation => "HistoricalLocation",
            Self::Datastream => "Datastream",
            Self::Sensor => "Sensor",
            Self::ObservedProperty => "ObservedProperty",
            Self::Observation => "Observation",
            Self::FeatureOfInterest => "FeatureOfInterest",
        }
    }

    /// The set with this name.
    #[must_use]
    pub fn of_plural(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.plural() == name)
    }

    /// Properties besides the id, in the order in which they are written.
    #[must_use]
    pub const fn properties(self) -> &'static [&'static str] {
        match self {
            Self::Thing => &["name", "description", "properties"],
            Self::Location => &["name", "description", "encodingType", "location", "properties"],
            Self::HistoricalLocation => &["time"],
            Self::Datastream => &[
                "name",
                "description",
                "observationType",
                "unitOfMeasurement",
                "observedArea",
                "phenomenonTime",
                "resultTime",
                "properties",
            ],
            Self::Sensor => &["name", "description", "encodingType", "metadata", "properties"],
            Self::ObservedProperty => &["name", "definition", "description", "properties"],
            Self::Observation => {
                &["phenomenonTime", "result", "resultTime", "resultQuality", "validTime", "parameters"]
            }
            Self::FeatureOfInterest => &["name", "description", "encodingType", "feature", "properties"],
        }
    }

    /// Properties that an entity cannot be made without.
    #[must_use]
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Self::Thing => &["name", "description"],
            Self::Location => &["name", "description", "encodingType", "location"],
            Self::HistoricalLocation => &["time"],
            Self::Datastream => &["name", "description", "observationType", "unitOfMeasurement"],
            Self::Sensor => &["name", "description", "encodingType", "metadata"],
            Self::ObservedProperty => &["name", "definition", "description"],
            Self::Observation => &["result"],
            Self::FeatureOfInterest => &["name", "description", "encodingType", "feature"],
        }
    }

    /// Relations, in the order in which they are written.
    #[must_use]
    pub const fn navigations(self) -> &'static [Navigation] {
        const THING: &[Navigation] =
            &[many(Set::Location), many(Set::HistoricalLocation), many(Set::Datastream)];
        const LOCATION: &[Navigation] = &[many(Set::Thing), many(Set::HistoricalLocation)];
        const HISTORICAL: &[Navigation] = &[one("Thing", Set::Thing), many(Set::Location)];
        const DATASTREAM: &[Navigation] = &[
            one("Thing", Set::Thing),
            one("Sensor", Set::Sensor),
            one("ObservedProperty", Set::ObservedProperty),
            many(Set::Observation),
        ];
        const OF_STREAMS: &[Navigation] = &[many(Set::Datastream)];
        const OBSERVATION: &[Navigation] =
            &[one("Datastream", Set::Datastream), one("FeatureOfInterest", Set::FeatureOfInterest)];
        const FEATURE: &[Navigation] = &[many(Set::Observation)];
        match self {
            Self::Thing => THING,
            Self::Location => LOCATION,
            Self::HistoricalLocation => HISTORICAL,
            Self::Datastream => DATASTREAM,
            Self::Sensor | Self::ObservedProperty => OF_STREAMS,
            Self::Observation => OBSERVATION,
            Self::FeatureOfInterest => FEATURE,
        }
    }

    /// The relation with this name.
    #[must_use]
    pub fn navigation(self, name: &str) -> Option<&'static Navigation> {
        self.navigations().iter().find(|navigation| navigation.name == name)
    }

    /// The property with this name; `id` and `@iot.id` are the same, and so are the links.
    #[must_use]
    pub fn property(self, name: &str) -> Option<&'static str> {
        match name {
            "id" | "@iot.id" => Some("id"),
            "selfLink" | "@iot.selfLink" => Some("@iot.selfLink"),
            name => self.properties().iter().copied().find(|known| *known == name),
        }
    }

    /// What a property path starts with in this set, for messages.
    #[must_use]
    pub fn known_names(self) -> String {
        let navigations = self.navigations().iter().map(|navigation| navigation.name);
        let all = std::iter::once("id").chain(self.properties().iter().copied()).chain(navigations);
        all.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_relation_leads_back() {
        for set in Set::ALL {
            for navigation in set.navigations() {
                // A feature leads to observations, and so on: each pair of sets knows the other.
                let back = navigation.to.navigations().iter().any(|back| back.to == set);
                assert!(back, "{} of {set:?}", navigation.name);
            }
        }
    }

    #[test]
    fn what_is_required_exists() {
        for set in Set::ALL {
            assert_eq!(Set::of_plural(set.plural()), Some(set));
            assert!(set.required().iter().all(|name| set.property(name).is_some()), "{set:?}");
        }
    }
}
