//! What messages say. A gateway that has templates of its own takes the topic and the parameters instead; these are for
//! one that sends texts as they come, and for people who set templates up.

use twin_schemas::LocalizedText;

use super::MessageTopic;
use crate::domain::cycle::{Word, words};

// What happened, as the end of a sentence about a report.
words!(MessageTopic {
    Accepted "report_accepted" "已受理立案" "was taken up",
    Declined "report_declined" "未予受理，原因已答复" "was not taken up; the answer says why",
    Said "report_said" "有新的留言" "has a new message for you",
    Answered "report_answered" "已有处理反馈，请您确认并评价" "was answered; please confirm and rate it",
    Checked "report_checked" "已现场核查，请您确认并评价" "was checked on site; please confirm and rate it",
    Programmed "report_programmed" "已纳入更新策划" "has entered the programming of a renewal",
});

/// What a message says of a report, with where to look if the server knows its own address.
#[must_use]
pub fn text(topic: MessageTopic, report: u64, link: Option<&str>) -> LocalizedText {
    let LocalizedText { zh, en } = topic.name();
    let (zh, en) = (zh.unwrap_or_default(), en.unwrap_or_default());
    match link {
        Some(link) => LocalizedText::new(
            format!("您上报的 {report} 号事项{zh}。查看：{link}"),
            format!("Your report no. {report} {en}. See {link}"),
        ),
        None => LocalizedText::new(
            format!("您上报的 {report} 号事项{zh}。请到居民端查看。"),
            format!("Your report no. {report} {en}. See the residents' page."),
        ),
    }
}
